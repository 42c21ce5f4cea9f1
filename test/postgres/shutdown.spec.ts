import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Cron, Interval, SchedulerRegistry } from '@nestjs/schedule';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { closeApplicationsAfterEach, startApplication, YEARLY } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE work (id int)');
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE task_lock, work'));

@Injectable()
class Jobs implements OnApplicationShutdown {
  readonly started = new Gate();
  readonly gate = new Gate();
  readonly events: string[] = [];

  constructor(
    @Inject(getDataSourceToken()) private readonly dataSource: DataSource,
    private readonly journal: Journal,
  ) {}

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('slow')
  async slow(): Promise<string> {
    this.started.open();
    await this.gate.opened;
    await this.dataSource.query('INSERT INTO work VALUES (1)');
    this.events.push('the run has ended');
    return 'done';
  }

  @TaskLock('deaf')
  async deaf(): Promise<void> {
    const signal = currentTaskRun()!.signal;
    this.started.open();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    this.events.push(`the run hears of it: ${(signal.reason as Error).message}`);
  }

  @Interval(20)
  @TaskLock('busy')
  async busy(): Promise<void> {
    this.journal.write();
    await this.dataSource.query('INSERT INTO work VALUES (2)');
  }

  onApplicationShutdown(): void {
    this.events.push('the application has shut down');
  }
}

async function startJobs(options: TaskLockModuleOptions = {}) {
  const application = await startApplication({
    imports: [TypeOrmModule.forRoot({ type: 'postgres', url: database.url })],
    providers: [Jobs, Journal],
    options: { ...options, store: undefined },
    logger: new CapturedLog(),
  });
  return { application, jobs: application.get(Jobs), locks: application.get(TaskLockService) };
}

const rowOf = (name: string) =>
  database.query(
    'SELECT outcome, finished_at IS NOT NULL AS finished, error FROM task_lock WHERE name = $1',
    [name],
  );

describe('the shutdown of an application', () => {
  test('awaits what runs, and releases its lock before the data source is closed', async () => {
    const { application, jobs } = await startJobs();
    const run = jobs.slow();
    await jobs.started.opened;
    const closed = application.close();
    expect(await rowOf('slow')).toEqual([{ outcome: 'call', finished: false, error: null }]);
    expect(jobs.events).toEqual([]);
    jobs.gate.open();
    await closed;
    expect(await run).toBe('done');
    expect(jobs.events).toEqual(['the run has ended', 'the application has shut down']);
    expect(await database.query('SELECT id FROM work WHERE id = 1')).toHaveLength(1);
    expect(await rowOf('slow')).toEqual([{ outcome: 'succeeded', finished: true, error: null }]);
  });

  test('answers new claims with stopping, of calls and of ticks', async () => {
    const { application, jobs, locks } = await startJobs();
    const tick = application.get(SchedulerRegistry).getCronJob('yearly');
    const run = locks.run({ name: 'ad hoc' }, () => {
      jobs.started.open();
      return jobs.gate.opened;
    });
    await jobs.started.opened;
    const closed = application.close();
    const stopping = { status: 'skipped', reason: 'stopping' };
    // The hooks before the lock's own take their turns first.
    while ((await locks.run({ name: 'probe' }, () => {})).status === 'executed');
    expect(await locks.run({ name: 'late' }, () => 'never')).toEqual(stopping);
    expect(await jobs.slow()).toBeUndefined();
    await tick.fireOnTick();
    jobs.gate.open();
    await closed;
    expect((await run).status).toBe('executed');
    expect(await locks.run({ name: 'later' }, () => 'never')).toEqual(stopping);
    expect(jobs.events).toEqual(['the application has shut down']);
    expect(await rowOf('late')).toEqual([]);
  });

  test('aborts what runs longer than shutdownTimeout, and releases its lock', async () => {
    const { application, jobs } = await startJobs({ shutdownTimeout: '100ms' });
    const run = jobs.deaf();
    await jobs.started.opened;
    await application.close();
    await run;
    expect(jobs.events).toEqual([
      expect.stringContaining(
        'The application is shutting down and waited its shutdownTimeout for the task "deaf"',
      ),
      'the application has shut down',
    ]);
    expect(await rowOf('deaf')).toEqual([{ outcome: 'succeeded', finished: true, error: null }]);
  });

  test('leaves no lock behind of a task that ticks all the time', async () => {
    for (let round = 1; round <= 5; round++) {
      const { application } = await startJobs();
      await application.get(Journal).atLeast(round, 'busy');
      await application.close();
      expect(await rowOf('busy')).toMatchObject([{ finished: true }]);
    }
  });
});
