import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from '../../../src/index.js';
import { Jobs } from './jobs.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE']!, extra: { max: 4 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({
      replicaId: process.env['REPLICA']!,
      shutdownTimeout: process.env['SHUTDOWN_TIMEOUT'],
    }),
  ],
  providers: [Jobs],
})
class ReplicaModule {}

const app = await NestFactory.createApplicationContext(ReplicaModule, { logger: ['warn', 'error'] });
app.enableShutdownHooks();
process.once('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message !== 'stop') return;
  app.close().then(
    () => process.exit(0),
    (error: unknown) => {
      Logger.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
