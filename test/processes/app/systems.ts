import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { currentTaskRun } from '../../../src/calls/call-context.js';
import { TaskLock, TaskLockModule, TaskLockService } from '../../../src/index.js';

/** What the driver asks of a replica: a call of one of its methods, or to let a run go on that waits. */
export type SystemsCommand =
  | { call: number; method: Callable; id: number; work: Work }
  | { call: number; transaction: MessageTransaction }
  | { finish: number }
  | 'stop';

type Callable = keyof Systems | 'debouncedExport' | 'bufferedExport' | 'saveDocument';

/** Messages that are written and asked to be sent, in this order, in one transaction. */
export interface MessageTransaction {
  messages: number[];
  end: 'commit' | 'rollback';
  /** Waits, before its last message, until it is told to go on. */
  waits: boolean;
}

/** What a run does: works so long, waits until it is told to finish, or throws before it does anything. */
export type Work = number | 'until told' | 'fail';

/** What a replica tells the driver: by the machine's clock, which all replicas share. */
export type SystemsEvent =
  | { event: 'ready' }
  | { event: 'start'; call: number; id: number; at: number; run?: string; previous?: string }
  | { event: 'lost'; call: number }
  | { event: 'sent'; call: number; id: number; found: boolean }
  | { event: 'tick'; at: number }
  | { event: 'end'; call: number; id: number; at: number; run: string }
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

/** Tasks that are asked for: a call writes a request down, and the last one's arguments are taken. */
@Injectable()
class RequestedSystems extends Systems {
  @TaskLock('debounced-export', undefined, {
    key: (course: number) => course,
    debounce: { delay: '1s', maxDelay: '20s' },
    attempts: 50,
  })
  async debouncedExport(course: number, call: number, work: Work): Promise<string> {
    return runWhileHeld(course, call, work);
  }

  @TaskLock('buffered-export', undefined, {
    key: (course: number) => course,
    overlap: 'bufferOne',
    attempts: 50,
  })
  async bufferedExport(course: number, call: number, work: Work): Promise<string> {
    return runWhileHeld(course, call, work);
  }

  @TaskLock('document', undefined, { key: (document: number) => document, debounce: { delay: '5s' } })
  async saveDocument(document: number, call: number, work: Work): Promise<string> {
    return run(document, call, work);
  }

  @Cron('* * * * * *')
  @TaskLock('message', undefined, { attempts: 50 })
  async sendMessages(message?: number, call?: number): Promise<void> {
    if (message === undefined || call === undefined) return tell({ event: 'tick', at: now() });
    await deliver(message, call);
  }

  @TaskLock('message-each', undefined, { key: (message: number) => message, attempts: 50 })
  async sendMessage(message: number, call: number): Promise<void> {
    await deliver(message, call);
  }
}

async function deliver(id: number, call: number): Promise<void> {
  const found: unknown[] = await dataSource.query('SELECT FROM message WHERE id = $1 AND call = $2', [
    id,
    call,
  ]);
  tell({ event: 'sent', call, id, found: found.length === 1 });
}

async function write(call: number, { messages, end, waits }: MessageTransaction): Promise<void> {
  await dataSource.transaction(async (manager) => {
    for (const [index, message] of messages.entries()) {
      if (waits && index === messages.length - 1) {
        tell({ event: 'start', call, id: message, at: now() });
        await new Promise<void>((resolve) => waiting.set(call, resolve));
      }
      await manager.query('INSERT INTO message VALUES ($1, $2)', [message, call]);
      await service.request<RequestedSystems['sendMessage']>('message-each', {
        args: [message, call],
        manager,
      });
      await service.request<RequestedSystems['sendMessages']>('message', { args: [message, call], manager });
    }
    if (end === 'rollback') throw new Error('rolled back');
  });
}

/** Stops when the lock is lost, as a task should. */
async function runWhileHeld(id: number, call: number, work: Work): Promise<string> {
  const { previous, signal, token } = currentTaskRun()!;
  tell({ event: 'start', call, id, at: now(), run: token, previous: previous?.replica });
  const lost = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  const told = new Promise<void>((resolve) => waiting.set(call, resolve));
  try {
    await Promise.race([typeof work === 'number' ? delay(work) : told, lost]);
  } finally {
    tell({ event: 'end', call, id, at: now(), run: token });
  }
  return `ran ${id}`;
}

async function run(id: number, call: number, work: Work): Promise<string> {
  const { previous, signal, token } = currentTaskRun()!;
  signal.addEventListener('abort', () => tell({ event: 'lost', call }));
  tell({ event: 'start', call, id, at: now(), run: token, previous: previous?.replica });
  if (typeof work === 'number') await delay(work);
  else await new Promise<void>((resolve) => waiting.set(call, resolve));
  tell({ event: 'end', call, id, at: now(), run: token });
  return `ran ${id}`;
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE']!, extra: { max: 10 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ replicaId: process.env['REPLICA']!, lease: '1500ms', pollingInterval: '1s' }),
  ],
  providers: [RequestedSystems],
})
class SystemsModule {}

const application = await NestFactory.createApplicationContext(SystemsModule, { logger: ['error'] });
const systems = application.get(RequestedSystems);
const service = application.get(TaskLockService);
const dataSource = application.get(DataSource);

process.once('disconnect', () => process.exit(0));
process.on('message', (command: SystemsCommand) => {
  if (command === 'stop') return void application.close().then(() => process.exit(0));
  if ('finish' in command) return waiting.get(command.finish)?.();
  const { call } = command;
  carryOut(command).then(
    (value) => tell({ event: 'answer', call, value }),
    (error: unknown) => tell({ event: 'answer', call, error: String(error) }),
  );
});
tell({ event: 'ready' });

async function carryOut(command: Extract<SystemsCommand, { call: number }>): Promise<unknown> {
  if ('transaction' in command) return write(command.call, command.transaction);
  const { call, method, id, work } = command;
  return systems[method](id, call, work);
}
