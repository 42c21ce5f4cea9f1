import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { Cron, CronExpression, SchedulerRegistry } from '@nestjs/schedule';
import { CronJob, CronTime } from 'cron';
import { TaskCron, TaskLock, TaskLockService } from '../../src/index.js';
import type { TaskRun } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();
afterEach(() => void jest.restoreAllMocks());

const timeZone = 'UTC';
const eachSecond = () => new CronTime(CronExpression.EVERY_SECOND, timeZone);

@Injectable()
class Jobs {
  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'job of report', timeZone })
  @TaskLock('report')
  async report(): Promise<void> {
    this.journal.write();
  }

  @Cron(YEARLY, { timeZone })
  @TaskLock('unnamed')
  async unnamed(): Promise<void> {
    this.journal.write();
  }

  @TaskCron(YEARLY, 'task cron', { timeZone })
  async taskCron(): Promise<void> {
    this.journal.write();
  }

  @Cron(YEARLY, { name: 'job of held', timeZone })
  @TaskLock('held', undefined, { minHold: '20h' })
  async held(): Promise<void> {
    this.journal.write();
  }
}

async function startTwo(logger = new CapturedLog()) {
  const store = new InMemoryLockStore();
  const start = () => startApplication({ providers: [Jobs, Journal], options: { store }, logger });
  return [await start(), await start()] as const;
}

const jobsOf = (application: TestingModule) => application.get(SchedulerRegistry);
const ticksOf = (runs: readonly TaskRun[]) =>
  runs.map(({ scheduledTime }) => scheduledTime?.getTime() ?? NaN);

/** The job that the scheduler has named by itself. */
function unnamedJob(application: TestingModule): CronJob {
  const named = ['job of report', 'job of held', 'task cron'];
  const [job] = [...jobsOf(application).getCronJobs()].filter(([name]) => !named.includes(name));
  return job![1];
}

describe('a schedule that is changed while the application runs', () => {
  test.each<[task: string, of: (application: TestingModule) => CronJob]>([
    ['report', (application) => jobsOf(application).getCronJob('job of report')],
    ['unnamed', unnamedJob],
    ['task cron', (application) => jobsOf(application).getCronJob('task cron')],
  ])('gives "%s" its ticks, and each runs once, with the holds of the new schedule', async (task, jobOf) => {
    const replicas = await startTwo();
    for (const replica of replicas) jobOf(replica).setTime(eachSecond());
    const [one, other] = replicas.map((replica) => replica.get(Journal));
    await Promise.race([one!.atLeast(3, task), other!.atLeast(3, task)]);
    const ticks = [...ticksOf(one!.of(task)), ...ticksOf(other!.of(task))];
    expect(ticks).not.toContain(THIS_JANUARY);
    expect(ticks.filter((tick) => tick % 1_000 !== 0)).toEqual([]);
    expect(new Set(ticks).size).toBe(ticks.length);
  });

  test('is followed also where the options do not fit it, which is an error in the log', async () => {
    const logger = new CapturedLog();
    const [application] = await startTwo(logger);
    jobsOf(application).getCronJob('job of held').setTime(eachSecond());
    const run = await application.get(Journal).first('held');
    expect(run.scheduledTime!.getTime()).toBeGreaterThan(THIS_JANUARY);
    expect(logger.errors).toEqual([
      `"held" is due by its cron job's '* * * * * *' from now on, and its options do not fit that: minHold: the minimum ` +
        `hold of 20h must be below the interval of 1s, or ticks are refused. It keeps the holds of the schedule that it was declared with.`,
    ]);
  });

  test('counts for calls of TaskLockService, too', async () => {
    const [application] = await startTwo();
    const service = application.get(TaskLockService);
    const runAt = async (time: string): Promise<string> => {
      const scheduledTime = new Date(time);
      return (await service.run({ name: 'report', scheduledTime }, async () => {})).status;
    };
    const tries = [await runAt('2024-01-01T00:00:00Z'), await runAt('2024-01-01T00:01:00Z')];
    const job = jobsOf(application).getCronJob('job of report');
    void job.stop();
    job.setTime(new CronTime('0 * * * * *', timeZone));
    tries.push(await runAt('2024-01-01T00:01:00Z'));
    expect(tries).toEqual(['executed', 'skipped', 'executed']);
  });
});

test('a schedule that is changed back is said, too', async () => {
  const logger = new CapturedLog();
  const [application] = await startTwo(logger);
  const job = jobsOf(application).getCronJob('job of report');
  const lines = (): string[] =>
    logger.lines.filter(({ level }) => level === 'log').map(({ message }) => message);
  for (const expression of ['0 0 0 2 1 *', YEARLY]) {
    job.setTime(new CronTime(expression, timeZone));
    await application.get(Jobs).report();
  }
  expect(lines().filter((line) => line.includes('is due by'))).toEqual([
    `"report" is due by its cron job's '0 0 0 2 1 *' from now on.`,
    `"report" is due by @Cron('${YEARLY}') from now on.`,
  ]);
});

test('a schedule that is changed makes no tick missed that it names before the change', async () => {
  @Injectable()
  class Caught {
    constructor(private readonly journal: Journal) {}

    @Cron(YEARLY, { name: 'caught', timeZone })
    @TaskLock('caught', undefined, { missed: 'once', minHold: 0 })
    async caught(): Promise<void> {
      this.journal.write();
    }
  }
  const logger = new CapturedLog();
  const application = await startApplication({ providers: [Caught, Journal], logger });
  await fireTick(application, 'caught');
  jobsOf(application).getCronJob('caught').setTime(eachSecond());
  await application.get(Journal).atLeast(3, 'caught');
  expect(logger.warnings).toEqual([]);
});

test('a changed job is followed by its own task where two methods share a decorator', async () => {
  const shared = Cron(YEARLY, { timeZone });
  @Injectable()
  class Sharing {
    constructor(private readonly journal: Journal) {}

    @shared
    @TaskLock('first')
    async first(): Promise<void> {
      this.journal.write();
    }

    @shared
    @TaskLock('second')
    async second(): Promise<void> {
      this.journal.write();
    }
  }
  const application = await startApplication({ providers: [Sharing, Journal] });
  const [, second] = [...jobsOf(application).getCronJobs().values()];
  second!.setTime(eachSecond());
  const runs = await application.get(Journal).atLeast(2, 'second');
  expect(ticksOf(runs).filter((tick) => tick === THIS_JANUARY)).toEqual([]);
});

test('a run of requests holds its lock by the changed schedule', async () => {
  const store = new InMemoryLockStore();
  const leases: number[] = [];
  const ran = new Gate();
  @Injectable()
  class Requested {
    @Cron(CronExpression.EVERY_SECOND, { name: 'requested', timeZone, disabled: true })
    @TaskLock('requested')
    async requested(): Promise<void> {
      const { lockedUntil, startedAt } = store.row('requested')!;
      leases.push(lockedUntil - startedAt);
      ran.open();
    }
  }
  const application = await startApplication({ providers: [Requested], options: { store } });
  jobsOf(application).getCronJob('requested').setTime(new CronTime(YEARLY, timeZone));
  await application.get(TaskLockService).request('requested');
  await ran.opened;
  // By the declared schedule it would be five seconds.
  expect(leases).toEqual([60_000]);
});

test('the options of a call that do not fit a changed schedule keep the holds of the declared one', async () => {
  const [application] = await startTwo();
  const job = jobsOf(application).getCronJob('job of held');
  void job.stop();
  job.setTime(eachSecond());
  const options = { name: 'held', maxHold: '30h' };
  const { status } = await application.get(TaskLockService).run(options, () => 'ran');
  expect(status).toBe('executed');
});

describe('a job that is put in the place of a deleted one', () => {
  async function replaceJobs() {
    const replicas = await startTwo();
    for (const replica of replicas) {
      const jobs = replica.get(Jobs);
      jobsOf(replica).deleteCronJob('job of report');
      const job = new CronJob('0 0 0 2 1 *', () => jobs.report(), null, false, timeZone);
      jobsOf(replica).addCronJob('job of report', job);
    }
    return replicas;
  }

  test('fires ticks of its own schedule, and each runs once', async () => {
    const replicas = await replaceJobs();
    for (const replica of replicas) await fireTick(replica, 'job of report');
    const runs = replicas.flatMap((replica) => replica.get(Journal).of('report'));
    const due = new Date(THIS_JANUARY);
    // On the first of January the tick is the one of last year.
    const tick = Date.UTC(due.getUTCFullYear() - (Date.now() < THIS_JANUARY + 86_400_000 ? 1 : 0), 0, 2);
    expect(ticksOf(runs)).toEqual([tick]);
  });

  test('leaves the calls of the application direct ones', async () => {
    const [application] = await replaceJobs();
    await fireTick(application, 'job of report');
    await application.get(Jobs).report();
    const runs = application.get(Journal).of('report');
    expect(runs.map(({ scheduledTime }) => scheduledTime !== undefined)).toEqual([true, false]);
  });
});

test('a direct call before the start takes no tick, though a job of the application is there already', async () => {
  @Injectable()
  class Adding {
    constructor(
      private readonly journal: Journal,
      private readonly scheduler: SchedulerRegistry,
    ) {}

    async onModuleInit(): Promise<void> {
      this.scheduler.addCronJob('other', new CronJob(YEARLY, () => {}));
      await this.adding();
    }

    @Cron(YEARLY, { timeZone })
    @TaskLock('adding')
    async adding(): Promise<void> {
      this.journal.write();
    }
  }
  const application = await startApplication({ providers: [Adding, Journal] });
  const [run] = application.get(Journal).of('adding');
  expect(run).toBeDefined();
  expect(run!.scheduledTime).toBeUndefined();
});

describe('a cron job that is late while the scheduler starts', () => {
  test('fires its tick, and no direct call', async () => {
    @Injectable()
    class Late {
      constructor(private readonly journal: Journal) {}

      @Cron(YEARLY, { timeZone })
      @TaskLock('late')
      async late(): Promise<void> {
        this.journal.write();
      }
    }
    const store = new InMemoryLockStore();
    const journals: Journal[] = [];
    jest.spyOn(console, 'warn').mockReturnValue();
    for (let replica = 0; replica < 2; replica++) {
      // cron then fires inside of the constructor of its job, before any registry knows that.
      jest.spyOn(CronTime.prototype, 'getTimeout').mockReturnValueOnce(-1);
      const application = await startApplication({ providers: [Late, Journal], options: { store } });
      journals.push(application.get(Journal));
    }
    await journals[0]!.first('late');
    for (const journal of journals) expect(journal.unlocked).toBe(0);
    expect(journals.flatMap((journal) => ticksOf(journal.of('late')))).toEqual([THIS_JANUARY]);
  });
});
