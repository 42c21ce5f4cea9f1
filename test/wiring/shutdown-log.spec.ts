import { afterEach, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { currentTaskRun, TaskLock } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

const { NODE_ENV } = process.env;
afterEach(() => void Object.assign(process.env, { NODE_ENV }));

@Injectable()
class Exports {
  readonly gate = new Gate();

  constructor(private readonly journal: Journal) {}

  @TaskLock('export', undefined, { key: (id: number) => id })
  async export(id: number): Promise<number> {
    this.journal.write();
    currentTaskRun()?.signal.addEventListener('abort', () => this.gate.open());
    await this.gate.opened;
    return id;
  }
}

/** What a shutdown says of so many exports that run, at the log level of production. */
async function shutdownLines(runs: number, options: TaskLockModuleOptions = {}): Promise<string[]> {
  const logger = new CapturedLog();
  const application = await startApplication({ providers: [Exports, Journal], options, logger });
  const [exports, journal] = [application.get(Exports), application.get(Journal)];
  const running = Array.from({ length: runs }, (_, id) => exports.export(id));
  await journal.atLeast(runs, 'export');
  const before = logger.lines.length;
  const { log } = logger;
  logger.log = (message: unknown) => {
    log(message);
    // Not before: a run that has ended is not waited for.
    if (options.shutdownTimeout === undefined) exports.gate.open();
  };
  await application.close();
  await Promise.all(running);
  return logger.lines
    .slice(before)
    .filter(({ level }) => level === 'log')
    .map(({ message }) => message);
}

test('a shutdown says what it waits for, and how long', async () => {
  process.env['NODE_ENV'] = 'production';
  expect(await shutdownLines(1)).toEqual(['The shutdown waits up to 25s for 1 running task: "export:0".']);
  expect(await shutdownLines(2)).toEqual([
    'The shutdown waits up to 25s for 2 running tasks: "export:0", "export:1".',
  ]);
});

test('names ten of many', async () => {
  process.env['NODE_ENV'] = 'production';
  expect(await shutdownLines(12)).toEqual([
    expect.stringMatching(/waits up to 25s for 12 running tasks: "export:0", .*"export:9", and 2 more\.$/),
  ]);
});

test('says nothing where nothing runs', async () => {
  expect(await shutdownLines(0)).toEqual([]);
});

test('says that it aborts them where it does not wait', async () => {
  expect(await shutdownLines(1, { shutdownTimeout: 0 })).toEqual([
    'The shutdown aborts 1 running task: "export:0".',
  ]);
});

test('tells a developer, whose port is taken until then, how to restart sooner', async () => {
  process.env['NODE_ENV'] = '';
  expect(await shutdownLines(1)).toEqual([
    'The shutdown waits up to 25s for 1 running task: "export:0". In development, `nest start --watch --no-shell` starts ' +
      'the new process only after that, and a shorter shutdownTimeout makes it sooner.',
  ]);
});
