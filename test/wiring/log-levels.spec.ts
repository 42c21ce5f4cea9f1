import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock, TaskLockService } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import type { LogLine } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
class Report {
  fails = false;

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report')
  async report(): Promise<void> {
    if (this.fails) throw new Error('out of paper');
  }
}

@Injectable()
class CleanUp {
  @TaskLock('clean-up')
  async cleanUp(): Promise<void> {}
}

async function start(providers: (typeof Report | typeof CleanUp)[], options: TaskLockModuleOptions = {}) {
  const logger = new CapturedLog();
  const application = await startApplication({
    providers,
    options: { replicaId: 'replica-a', ...options },
    logger,
  });
  const at = (level: LogLine['level']) =>
    logger.lines.filter((line) => line.level === level).map(({ message }) => message);
  return { application, at };
}

/** What the log of a start says of the lock, at the level that production shows. */
const startLine = async (...given: Parameters<typeof start>) => {
  const { at } = await start(...given);
  return at('log').filter((line) => /lock/i.test(line) && !line.includes('dependencies initialized'));
};

describe('a start says in one line at level log what is locked, where, and as whom', () => {
  test('of several tasks, and of one', async () => {
    expect(await startLine([Report, CleanUp])).toEqual([
      '2 tasks are locked in InMemoryLockStore, as replica-a',
    ]);
    expect(await startLine([CleanUp])).toEqual(['1 task is locked in InMemoryLockStore, as replica-a']);
  });

  test('of no task: the classes with tasks may be missing among the providers', async () => {
    expect(await startLine([])).toEqual([
      'No task of @TaskLock is found; TaskLockService locks in InMemoryLockStore, as replica-a',
    ]);
  });

  test('of a store of the application: by the name of its class', async () => {
    class ShardedLockStore extends InMemoryLockStore {}
    expect(await startLine([CleanUp], { store: new ShardedLockStore() })).toEqual([
      '1 task is locked in ShardedLockStore, as replica-a',
    ]);
  });

  test('of nothing that is locked', async () => {
    const line = 'Nothing is locked: 2 tasks of @TaskLock, and TaskLockModule has enabled: false';
    expect(await startLine([Report, CleanUp], { enabled: false, store: undefined })).toEqual([line]);
  });
});

test('a run is one line at level debug: name, outcome, how long, and its tick', async () => {
  const { application, at } = await start([Report]);
  const tick = new Date(THIS_JANUARY).toISOString();
  const before = at('debug').length;
  await fireTick(application, 'report');
  const report = application.get(Report);
  await report.report();
  report.fails = true;
  await expect(report.report()).rejects.toThrow('out of paper');
  await application.get(TaskLockService).run({ name: 'by hand' }, () => undefined);
  expect(at('debug').slice(before)).toEqual([
    expect.stringMatching(new RegExp(`^"report" succeeded after \\d+m?s, for the tick of ${tick}$`)),
    expect.stringMatching(/^"report" succeeded after \d+m?s, without a tick$/),
    expect.stringMatching(/^"report" failed after \d+m?s, without a tick$/),
    expect.stringMatching(/^"by hand" succeeded after \d+m?s, without a tick$/),
  ]);
});

describe('a run that takes longer than its interval is a warning while it runs', () => {
  const warning = (name: string) =>
    expect.stringMatching(
      new RegExp(`^"${name}" is still running after its interval of 20ms: it started at `),
    );

  test('of a decorated method', async () => {
    const gate = new Gate();
    @Injectable()
    class Hanging {
      @TaskLock('hanging', 20, { maxHold: '1h' })
      async hang(): Promise<void> {
        await gate.opened;
      }
    }
    const logger = new CapturedLog();
    const application = await startApplication({ providers: [Hanging], logger });
    const running = application.get(Hanging).hang();
    await until(() => logger.warnings.length > 0);
    expect(logger.warnings).toEqual([warning('hanging')]);
    gate.open();
    await running;
  });

  test('of code that is given to TaskLockService', async () => {
    const gate = new Gate();
    const { application, at } = await start([]);
    const task = { name: 'by hand', interval: 20, maxHold: '1h' };
    const running = application.get(TaskLockService).run(task, () => gate.opened);
    await until(() => at('warn').length > 0);
    expect(at('warn')).toEqual([warning('by hand')]);
    gate.open();
    await running;
  });
});

test('a skip is one line at level verbose, and none at any other', async () => {
  const { application, at } = await start([Report]);
  await fireTick(application, 'report');
  const others = (['log', 'debug', 'warn', 'error'] as const).map((level) => at(level).length);
  await fireTick(application, 'report');
  expect(at('verbose')).toEqual(['"report" is skipped: done']);
  expect((['log', 'debug', 'warn', 'error'] as const).map((level) => at(level).length)).toEqual(others);
});
