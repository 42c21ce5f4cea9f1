import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { TaskLockModule, TaskLockService } from '../../../src/index.js';
import type { TaskRun } from '../../../src/index.js';
import type { SystemLockClock } from '../../../src/common/clock.js';
import { LOCK_CLOCK } from '../../../src/nest/task-lock.tokens.js';

/** What the driver asks of a holder: one run that writes a row in a transaction. */
export interface Round {
  task: string;
  round: number;
  /** `plain`: the transaction of the data source, past the lock. `blind`: the holder's own clocks stand still. */
  mode: 'fenced' | 'blind' | 'plain';
}

export type HolderMessage =
  'ready' | { working: number } | { ended: number; outcome: 'committed' | 'rolled back'; reason: string };

const LEASE = 300;

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE']!, extra: { max: 4 } }),
    TaskLockModule.forRoot({ replicaId: process.env['REPLICA']!, lease: LEASE, claimTimeout: '20s' }),
  ],
})
class HolderModule {}

const app = await NestFactory.createApplicationContext(HolderModule, { logger: false });
const locks = app.get(TaskLockService);
const dataSource = app.get<DataSource>(getDataSourceToken());
const clock = app.get<SystemLockClock>(LOCK_CLOCK);
const tell = (message: HolderMessage): void => void process.send?.(message);

/** The work: a row, and then moments in which the process may be stopped, up to the commit and in it. */
async function work(manager: EntityManager, { task, round }: Round, fence: bigint): Promise<void> {
  await manager.query('INSERT INTO effect (task, round, fence) VALUES ($1, $2, $3)', [
    task,
    round,
    String(fence),
  ]);
  tell({ working: round });
  for (let steps = 0; steps < 3; steps++) await manager.query('SELECT 1');
}

async function play(round: Round): Promise<void> {
  if (round.mode === 'blind') {
    const [wall, monotonic] = [clock.now(), clock.monotonic()];
    Object.assign(clock, { now: () => wall, monotonic: () => monotonic, timer: () => () => {} });
  }
  let reason = '';
  const inTransaction = (run: TaskRun): Promise<void> => {
    const inside = (manager: EntityManager) => work(manager, round, run.fence);
    return round.mode === 'plain' ? dataSource.transaction(inside) : run.transaction(inside);
  };
  const result = await locks
    .run({ name: round.task, maxHold: '1h' }, inTransaction)
    .catch((error: unknown) => {
      reason = String(error);
    });
  for (const own of ['now', 'monotonic', 'timer']) Reflect.deleteProperty(clock, own);
  const outcome = result?.status === 'executed' ? 'committed' : 'rolled back';
  tell({ ended: round.round, outcome, reason: result?.status === 'skipped' ? result.reason : reason });
}

process.once('disconnect', () => process.exit(0));
process.on('message', (message: Round | 'stop') => {
  if (message === 'stop') process.exit(0);
  void play(message);
});
tell('ready');
