import { describe, expect, test } from '@jest/globals';
import type { TaskState } from '../../src/operate/operator-types.js';
import { TaskGauges } from '../../src/telemetry/task-gauges.js';
import { taskOf } from '../support/cli.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';
import { startSdk } from '../support/telemetry.js';

const NAMES = [
  'task_lock.last_success.time',
  'task_lock.next_due.time',
  'task_lock.interval',
  'task_lock.paused',
  'task_lock.overdue',
] as const;

type Answer = readonly TaskState[] | Error | Promise<readonly TaskState[]>;

/** Gauges over a database that gives these answers, the last one again and again. */
function gaugesOver(...answers: Answer[]) {
  const clock = new FakeClock();
  const log = recordingLog();
  const sdk = startSdk();
  let reads = 0;
  const allTasks = async () => {
    const answer = answers[Math.min(reads++, answers.length - 1)]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const gauges = new TaskGauges(sdk.meters.getMeter('test'), { allTasks }, clock, log);
  /** What an exporter finds: the values of each gauge by task. */
  const exported = async () => {
    const metrics = await sdk.collected();
    return Object.fromEntries(
      metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        Object.fromEntries(
          dataPoints.map(({ attributes, value }) => [String(attributes['task_lock.task.name']), value]),
        ),
      ]),
    );
  };
  return { clock, log, gauges, exported, scraped: sdk.scraped, reads: () => reads };
}

const paused = { by: 'ana', reason: null, since: '2026-11-27T02:00:00.000Z', until: null, name: '*' };

describe('the gauges of tasks', () => {
  test('say when a task succeeded and is due in Unix time, its interval in seconds, and its state', async () => {
    const { exported } = gaugesOver([
      taskOf({
        name: 'hourly',
        interval: 3_600_000,
        lastSuccessAt: '2026-11-27T03:00:01.500Z',
        nextDue: '2026-11-27T04:00:00.000Z',
        state: 'overdue',
      }),
      taskOf({ name: 'called', interval: null, paused, state: 'running' }),
    ]);
    expect(await exported()).toEqual({
      'task_lock.last_success.time': { hourly: Date.UTC(2026, 10, 27, 3, 0, 1, 500) / 1_000 },
      'task_lock.next_due.time': { hourly: Date.UTC(2026, 10, 27, 4) / 1_000 },
      'task_lock.interval': { hourly: 3_600 },
      'task_lock.paused': { hourly: 0, called: 1 },
      'task_lock.overdue': { hourly: 1, called: 0 },
    });
  });

  test('leave out names that no code declares', async () => {
    const { exported } = gaugesOver([
      taskOf({ name: 'removed', state: 'undeclared' }),
      taskOf({ name: 'invoice 4711', member: null }),
    ]);
    expect(Object.values(await exported()).flatMap((values) => Object.keys(values))).toEqual([]);
  });

  test('are read once in 15 seconds, however many exporters ask', async () => {
    const { clock, exported, reads } = gaugesOver([taskOf()]);
    await Promise.all([exported(), exported()]);
    await clock.advance(14_999);
    await exported();
    expect(reads()).toBe(1);
    await clock.advance(1);
    await exported();
    expect(reads()).toBe(2);
  });

  test('have no value while the database fails, and not the last one', async () => {
    const { clock, exported, log, scraped } = gaugesOver(
      [taskOf({ lastSuccessAt: '2026-11-27T03:00:00.000Z' })],
      new Error('connection refused'),
      [taskOf()],
    );
    expect((await exported())['task_lock.interval']).toEqual({ 'clean-up': 86_400 });
    await clock.advance(15_000);
    const failed = await exported();
    for (const name of NAMES.filter((each) => each !== 'task_lock.next_due.time'))
      expect(failed[name]).toEqual({ 'clean-up': NaN });
    expect(await scraped()).toMatch(/^task_lock_paused\{.*\} NaN$/m);
    expect(log.lines.warn).toEqual([
      'TaskLockOpenTelemetryModule, option taskGauges: the tasks could not be read, and their gauges are NaN: ' +
        'connection refused. This is said once a minute at most.',
    ]);
    await clock.advance(15_000);
    const recovered = await exported();
    expect(recovered['task_lock.interval']).toEqual({ 'clean-up': 86_400 });
    // It has no success any more.
    expect(recovered['task_lock.last_success.time']).toEqual({ 'clean-up': NaN });
  });

  test('are read again 15 seconds after a failure, and it is logged once a minute', async () => {
    const { clock, exported, log, reads } = gaugesOver(new Error('connection refused'));
    for (let scrape = 0; scrape < 8; scrape++) {
      await exported();
      await clock.advance(7_500);
    }
    expect(reads()).toBe(4);
    expect(log.lines.warn).toHaveLength(1);
    await exported();
    expect(log.lines.warn).toHaveLength(2);
  });

  test('keep an export waiting no longer than three seconds, and no second read begins meanwhile', async () => {
    let answer: (tasks: readonly TaskState[]) => void = () => {};
    const slow = new Promise<readonly TaskState[]>((resolve) => (answer = resolve));
    const { clock, exported, reads } = gaugesOver(slow);
    const first = exported();
    await clock.advance(3_000);
    expect(await first).toEqual({});
    await clock.advance(30_000);
    const second = exported();
    await clock.advance(3_000);
    expect(await second).toEqual({});
    expect(reads()).toBe(1);
    answer([taskOf()]);
    await clock.advance(0);
    expect((await exported())['task_lock.paused']).toEqual({ 'clean-up': 0 });
    expect(reads()).toBe(2);
  });

  test('are not read any more when the application has ended', async () => {
    const { gauges, exported, reads } = gaugesOver([taskOf()]);
    gauges.end();
    await exported();
    expect(reads()).toBe(0);
  });
});
