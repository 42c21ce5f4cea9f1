import { DataSource } from 'typeorm';
import { taskLockMigrations } from 'nestjs-task-lock/migrations';

export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrations: [...taskLockMigrations],
});
