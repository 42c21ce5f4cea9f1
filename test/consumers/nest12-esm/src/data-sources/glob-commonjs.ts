import { DataSource } from 'typeorm';

export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrations: ['node_modules/nestjs-task-lock/dist/cjs/migrations/*{.ts,.js}'],
});
