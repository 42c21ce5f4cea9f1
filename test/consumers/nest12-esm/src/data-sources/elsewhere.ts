import { DataSource } from 'typeorm';
import { taskLockMigrationsFor } from 'nestjs-task-lock/migrations';

export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrations: [...taskLockMigrationsFor({ schema: 'Locks', table: 'Task locks' })],
});
