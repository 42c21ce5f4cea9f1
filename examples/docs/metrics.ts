import { Module } from '@nestjs/common';
import { TaskLockModule } from 'nestjs-task-lock';
// #region module
import { TaskLockOpenTelemetryModule } from 'nestjs-task-lock/opentelemetry';

@Module({ imports: [TaskLockModule.forRoot(), TaskLockOpenTelemetryModule.forRoot()] })
export class AppModule {}
// #endregion module

// #region gauges
TaskLockOpenTelemetryModule.forRoot({ taskGauges: process.env.EXPORT_TASK_GAUGES === 'true' });
// #endregion gauges
