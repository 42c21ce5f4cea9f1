import { Injectable, Module } from '@nestjs/common';
import type { LoggerService, Type } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { TaskLock, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import type { TaskLockOptions } from 'nestjs-task-lock';
import { answerCommands } from '../support/child.js';
import { LOCK_CLOCK, SteppingClock } from '../support/stepping-clock.js';

export type WeeklyCommand =
  | { open: { url: string; nth: number; replicas: number; tasks: WeeklyTasks } }
  /** The clock steps so many milliseconds ahead of the machine's, and the ticks of this minute are due. */
  | { minute: number; ahead: number };

/** How many tasks of each kind. */
export interface WeeklyTasks {
  plain: number;
  recovering: number;
  keyed: number;
  requested: number;
}

export interface WeeklyAnswer {
  /** Runs of each scheduled task in this minute. */
  ran: number[];
  runsOfKeys: number;
  runsOfRequests: number;
  /** What it logged, by the first words, and how often. */
  logged: Record<string, number>;
}

/** Counts warnings and errors. */
class CountingLogger implements LoggerService {
  readonly counts: Record<string, number> = {};
  log(): void {}
  debug(): void {}
  verbose(): void {}
  warn(message: unknown): void {
    this.count(message);
  }
  error(message: unknown): void {
    this.count(message);
  }
  private count(message: unknown): void {
    const words = String(message)
      .replace(/"[^"]*"|\d+/g, '…')
      .slice(0, 90);
    this.counts[words] = (this.counts[words] ?? 0) + 1;
  }
}

const logger = new CountingLogger();
const clock = new SteppingClock();
let application: TestingModule;
let dataSource: DataSource;
let open: Extract<WeeklyCommand, { open: unknown }>['open'];
let ran: number[] = [];
let [runsOfKeys, runsOfRequests] = [0, 0];

/** A whole replica on a clock that steps from minute to minute. Its cron jobs are fired at each. */
answerCommands<WeeklyCommand, WeeklyAnswer>(
  async (command) => {
    if ('open' in command) await start(command.open);
    else await play(command.minute, command.ahead);
    return { ran, runsOfKeys, runsOfRequests, logged: logger.counts };
  },
  async () => {
    await application.close();
    await dataSource.destroy();
  },
);

async function start(options: typeof open): Promise<void> {
  open = options;
  dataSource = new DataSource({ type: 'postgres', url: open.url, extra: { max: 4, idleTimeoutMillis: 0 } });
  await dataSource.initialize();
  class Application {}
  Module({
    imports: [ScheduleModule.forRoot(), TaskLockModule.forRoot({ dataSource })],
    providers: [jobs(open.tasks)],
  })(Application);
  application = await Test.createTestingModule({ imports: [Application] })
    .overrideProvider(LOCK_CLOCK)
    .useValue(clock)
    .setLogger(logger)
    .compile();
  await application.init();
  // Node's clock would fire them.
  for (const job of cronJobs()) await job.stop();
}

function cronJobs() {
  return [...application.get(SchedulerRegistry).getCronJobs().values()];
}

async function play(minute: number, ahead: number): Promise<void> {
  const { tasks, nth, replicas } = open;
  ran = new Array<number>(tasks.plain + tasks.recovering).fill(0);
  // A poll of its own may have begun since the last minute: the step would be its timeout.
  await isQuiet();
  clock.step(ahead);
  for (const job of cronJobs()) void job.fireOnTick();
  const calls = application.get<Record<string, (key: string) => Promise<void>>>(Jobs);
  const hour = Math.floor(minute / 60);
  for (let task = 0; task < tasks.keyed; task++) watch(calls[`keyed${task}`]!(`hour ${hour} of ${nth}`));
  const service = application.get(TaskLockService);
  if (minute % replicas === nth)
    for (let task = 0; task < tasks.requested; task++)
      watch(service.request(`requested ${task}`, { args: [String(minute)] }));
  await isQuiet();
}

/** Nothing is under way any more: the clock may step again, and no timeout passes with it. */
async function isQuiet(): Promise<void> {
  const { master } = dataSource.driver as typeof dataSource.driver & { master: pg.Pool };
  for (let quiet = 0; quiet < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    quiet = master.idleCount === master.totalCount && master.waitingCount === 0 ? quiet + 1 : 0;
  }
}

/** A call that throws is told like an error of the log. */
function watch(call: Promise<unknown>): void {
  call.catch((error: unknown) => logger.error(error));
}

let Jobs: Type;

function jobs({ plain, recovering, keyed, requested }: WeeklyTasks): Type {
  class WeeklyJobs {}
  const add = (
    key: string,
    name: string,
    options: TaskLockOptions<[string]>,
    run: () => void,
    every?: string,
  ) => {
    const descriptor: TypedPropertyDescriptor<(key: string) => Promise<void>> = {
      value: async () => run(),
      configurable: true,
      writable: true,
    };
    if (every !== undefined) Cron(every)(WeeklyJobs.prototype, key, descriptor);
    TaskLock(name, undefined, options)(WeeklyJobs.prototype, key, descriptor);
    Object.defineProperty(WeeklyJobs.prototype, key, descriptor);
  };
  for (let nth = 0; nth < plain + recovering; nth++) {
    const count = (): void => void ran[nth]!++;
    add(`scheduled${nth}`, `scheduled ${nth}`, { recover: nth >= plain }, count, '* * * * *');
  }
  for (let nth = 0; nth < keyed; nth++)
    add(`keyed${nth}`, `keyed ${nth}`, { key: (key: string) => key }, () => runsOfKeys++);
  for (let nth = 0; nth < requested; nth++)
    add(`requested${nth}`, `requested ${nth}`, { attempts: 5 }, () => runsOfRequests++);
  Injectable()(WeeklyJobs);
  return (Jobs = WeeklyJobs);
}
