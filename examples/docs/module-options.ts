import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { TaskLockModule } from 'nestjs-task-lock';
import { taskLockMigrationsFor } from 'nestjs-task-lock/migrations';

// #region forRoot
TaskLockModule.forRoot({ lease: '30s', shutdownTimeout: '55s' });
// #endregion forRoot

// #region forRootAsync
@Module({
  imports: [
    TaskLockModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        application: config.get<string>('APPLICATION'),
        enabled: config.get('NODE_ENV') !== 'development',
      }),
    }),
  ],
})
export class AppModule {}
// #endregion forRootAsync

// #region dataSource
TaskLockModule.forRoot({ dataSource: 'locks' }); // TypeOrmModule.forRoot({ name: 'locks', ... })
// #endregion dataSource

// #region table
export const migrations = [...taskLockMigrationsFor({ schema: 'jobs', table: 'locks' })]; // for TypeOrmModule

TaskLockModule.forRoot({ schema: 'jobs', table: 'locks' });
// #endregion table

// #region application
TaskLockModule.forRoot({ application: 'shop' }); // the task 'clean-up' has the lock 'shop/clean-up'
// #endregion application

// #region redactError
TaskLockModule.forRoot({ redactError: (error) => error.replace(/\S+@\S+/g, '(address)') });
// #endregion redactError
