import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TaskLockDashboardModule } from '../../../src/dashboard.js';
import { currentTaskRun, TaskLock, TaskLockModule } from '../../../src/index.js';
import { trueNow, writeDown } from './journal.js';

/**
 * What a run does: ends at once, throws, works until it is told to end or its signal aborts, or until it is told and deaf
 * to its signal. `fenced` works within a transaction of its run.
 */
export type OperatedWork = 'end' | 'fail' | 'until told' | 'deaf' | 'fenced';

export type OperatedCommand =
  | { call: number; method: 'work' | 'short'; work: OperatedWork }
  /** Fires the timer of the recoverable task, as its schedule does. */
  | { call: number; fire: true }
  /** Lets all runs go on that wait. */
  | 'go on'
  | 'stop';

export type OperatedEvent =
  | 'ready'
  | { event: 'start'; task: string; fence: string; tick?: number; recovering: boolean }
  | { event: 'aborted'; fence: string; reason: string }
  | { event: 'ended'; call: number; error?: string };

const tell = (event: OperatedEvent): void => void process.send?.(event);
let waiting: (() => void)[] = [];

const LEASE = Number(process.env['LEASE_MS'] ?? 2_000);
/** Where the page lies, if it is wanted. */
const PORT = process.env['PAGE_PORT'];
const MAX_HOLD = Number(process.env['MAX_HOLD_MS'] ?? 60_000);

@Injectable()
class Operated {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  @TaskLock('work', undefined, { maxHold: MAX_HOLD })
  async work(work: OperatedWork = 'until told'): Promise<void> {
    await this.run(work);
  }

  /** Runs all the time where the test wants it. */
  @Cron('* * * * * *')
  @TaskLock('short')
  async short(): Promise<void> {
    if (process.env['TICKS']) await this.run('end', 100);
  }

  @Cron('0 0 0 1 1 *', { name: 'yearly' })
  @TaskLock('nightly', '1d', { recover: true, minHold: 0, maxHold: MAX_HOLD })
  async nightly(): Promise<void> {
    await this.run('until told');
  }

  private async run(work: OperatedWork, milliseconds = 0): Promise<void> {
    const run = currentTaskRun()!;
    const { name: task, fence, scheduledTime, recovering, signal } = run;
    const line = {
      task,
      tick: scheduledTime?.getTime() ?? null,
      fence: String(fence),
      replica: process.env['REPLICA']!,
    };
    const file = process.env['JOURNAL']!;
    writeDown(file, { ...line, event: 'start', at: trueNow() });
    signal.addEventListener('abort', () => {
      const { reason } = signal.reason as { reason: string };
      tell({ event: 'aborted', fence: String(fence), reason });
    });
    tell({ event: 'start', task, fence: String(fence), tick: scheduledTime?.getTime(), recovering });
    try {
      if (work === 'fail') throw new Error('boom');
      if (work === 'end') return void (await delay(milliseconds));
      const told = new Promise<void>((resolve) => waiting.push(resolve));
      if (work === 'deaf') return await told;
      if (work === 'fenced')
        return await run.transaction(async (manager) => {
          await manager.query('INSERT INTO effect VALUES ($1)', [String(fence)]);
          await told;
        });
      await Promise.race([told, aborted(signal)]);
      signal.throwIfAborted();
    } finally {
      writeDown(file, { ...line, event: 'end', at: trueNow() });
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE']!, extra: { max: 4 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({
      replicaId: process.env['REPLICA']!,
      lease: LEASE,
      operatorPolling: '1s',
      pollingInterval: '1s',
    }),
    ...(PORT
      ? [TaskLockDashboardModule.forRoot({ authorize: () => ({ user: 'ana', canOperate: true }) })]
      : []),
  ],
  providers: [Operated],
})
class OperatedModule {}

const server = PORT
  ? await NestFactory.create(OperatedModule, { logger: ['error'], forceCloseConnections: true })
  : undefined;
const application =
  server ?? (await NestFactory.createApplicationContext(OperatedModule, { logger: ['error'] }));
const jobs = application.get(Operated);
const registry = application.get(SchedulerRegistry);

async function carryOut(command: Exclude<OperatedCommand, string>): Promise<void> {
  if ('fire' in command) {
    const job = registry.getCronJob('yearly');
    job.waitForCompletion = true;
    return job.fireOnTick();
  }
  if (command.method === 'short') return jobs.short();
  return jobs.work(command.work);
}

process.once('disconnect', () => process.exit(0));
process.on('message', (command: OperatedCommand) => {
  if (command === 'stop') return void application.close().then(() => process.exit(0));
  if (command === 'go on') {
    for (const goOn of waiting) goOn();
    waiting = [];
    return;
  }
  const { call } = command;
  carryOut(command).then(
    () => tell({ event: 'ended', call }),
    (error: unknown) => tell({ event: 'ended', call, error: String(error) }),
  );
});
await server?.listen(PORT!, '127.0.0.1');
tell('ready');
