import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockLeader, TaskLockModule } from '../../../src/index.js';
import type { DeposedReason, TaskRun } from '../../../src/index.js';

export type LeaderEvent =
  'ready' | { event: 'elected'; fence: string } | { event: 'deposed'; reason: DeposedReason };

const tell = (event: LeaderEvent): void => void process.send?.(event);

/** Writes a row each few milliseconds while it leads, each in a transaction of its run. */
@Injectable()
@TaskLockLeader('projector')
class Projector {
  async onElected(run: TaskRun): Promise<void> {
    tell({ event: 'elected', fence: String(run.fence) });
    while (!run.signal.aborted) {
      await run
        .transaction((manager) =>
          manager.query('INSERT INTO projected (fence, replica) VALUES ($1, $2)', [
            String(run.fence),
            process.env['REPLICA']!,
          ]),
        )
        .catch(() => undefined);
      await delay(5);
    }
  }

  async onDeposed(reason: DeposedReason): Promise<void> {
    tell({ event: 'deposed', reason });
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE']!, extra: { max: 4 } }),
    TaskLockModule.forRoot({ replicaId: process.env['REPLICA']!, lease: Number(process.env['LEASE_MS']) }),
  ],
  providers: [Projector],
})
class ProjectorModule {}

const application = await NestFactory.createApplicationContext(ProjectorModule, { logger: ['error'] });
process.once('disconnect', () => process.exit(0));
process.on('message', () => void application.close().then(() => process.exit(0)));
tell('ready');
