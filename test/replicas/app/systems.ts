import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { currentTaskRun, TaskLock, TaskLockModule } from '../../../src/index.js';

/** What the driver asks of a replica: a call of one of its methods, or to let a run go on that waits. */
export type SystemsCommand =
  { call: number; method: keyof Systems; id: number; work: Work } | { finish: number } | 'stop';

/** What a run does: works so long, waits until it is told to finish, or throws before it does anything. */
export type Work = number | 'until told' | 'fail';

/** What a replica tells the driver: by the machine's clock, which all replicas share. */
export type SystemsEvent =
  | { event: 'ready' }
  | { event: 'start'; call: number; id: number; at: number; previous?: string }
  | { event: 'lost'; call: number }
  | { event: 'end'; call: number; id: number; at: number }
  | { event: 'answer'; call: number; value?: unknown; error?: string };

const tell = (event: SystemsEvent): void => void process.send?.(event);
const now = (): number => performance.timeOrigin + performance.now();
const waiting = new Map<number, () => void>();

@Injectable()
class Systems {
  @TaskLock('game-update', undefined, { key: (id: number) => id })
  async updateGame(id: number, call: number, work: Work): Promise<string> {
    return run(id, call, work);
  }

  @TaskLock('game-update-in-turn', undefined, {
    key: (id: number) => id,
    overlap: 'wait',
    waitTimeout: '60s',
  })
  async updateGameInTurn(id: number, call: number, work: Work): Promise<string> {
    return run(id, call, work);
  }

  @TaskLock('unique', undefined, { maxHold: '3s' })
  async unique(id: number, call: number, work: Work): Promise<string> {
    return run(id, call, work);
  }

  @TaskLock('course-export', undefined, { key: (course: number) => course, maxHold: '1m' })
  async exportCourse(course: number, call: number, work: Work): Promise<string> {
    if (work === 'fail') throw new Error('the course is locked for editing');
    return run(course, call, work);
  }
}

async function run(id: number, call: number, work: Work): Promise<string> {
  const { previous, signal } = currentTaskRun()!;
  signal.addEventListener('abort', () => tell({ event: 'lost', call }));
  tell({ event: 'start', call, id, at: now(), previous: previous?.replica });
  if (typeof work === 'number') await delay(work);
  else await new Promise<void>((resolve) => waiting.set(call, resolve));
  tell({ event: 'end', call, id, at: now() });
  return `ran ${id}`;
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE']!, extra: { max: 10 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ replicaId: process.env['REPLICA']!, lease: '1500ms' }),
  ],
  providers: [Systems],
})
class SystemsModule {}

const application = await NestFactory.createApplicationContext(SystemsModule, { logger: ['error'] });
const systems = application.get(Systems);

process.once('disconnect', () => process.exit(0));
process.on('message', (command: SystemsCommand) => {
  if (command === 'stop') return void application.close().then(() => process.exit(0));
  if ('finish' in command) return waiting.get(command.finish)?.();
  const { call, method, id, work } = command;
  systems[method](id, call, work).then(
    (value) => tell({ event: 'answer', call, value }),
    (error: unknown) => tell({ event: 'answer', call, error: String(error) }),
  );
});
tell({ event: 'ready' });
