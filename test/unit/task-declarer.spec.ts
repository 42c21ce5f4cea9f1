import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { TaskDeclarer } from '../../src/operate/task-declarer.js';
import { IN_USE, LAPSED_BY, REFRESHED_AFTER } from '../../src/store/operator-store.js';
import type { Declaration, DeclaredTask } from '../../src/store/operator-store.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const aTask: DeclaredTask = {
  name: 'clean-up',
  schedule: '0 3 * * *',
  minHold: 1,
  maxHold: 2,
  lease: 1,
  isScheduled: true,
  isConditional: false,
  isDisabled: false,
  isKeyed: false,
  isPolled: true,
};

function declaring(failures: Error[] = [], { application = 'shop', stranger = '' } = {}) {
  const clock = new FakeClock();
  const log = recordingLog();
  const declared: Declaration[] = [];
  const times: number[] = [];
  const tasks = [aTask];
  const declare = async (declaration: Declaration) => {
    const failure = failures.shift();
    if (failure) throw failure;
    declared.push(declaration);
    times.push(clock.monotonic());
  };
  const strangerTo = async () => stranger || undefined;
  const declaration = { application: application || undefined, replica: 'pod-1', version: '1.2.3' };
  const declarer = new TaskDeclarer(
    { declare, strangerTo },
    () => tasks.map((task) => ({ ...task })),
    declaration,
    clock,
    log,
    1_000,
  );
  return { clock, log, declared, times, tasks, declarer };
}

describe('the tasks of a replica', () => {
  test('are declared with its application, its id and the version of the package', async () => {
    const { clock, declared, declarer } = declaring();
    declarer.begin();
    await clock.advance(0);
    expect(declared).toEqual([{ application: 'shop', replica: 'pod-1', version: '1.2.3', tasks: [aTask] }]);
  });

  test('are declared again as a heartbeat, as soon as it is due and at most 75 seconds later', async () => {
    const { clock, declared, times, declarer } = declaring();
    declarer.begin();
    await clock.advance(24 * HOUR);
    const gaps = times.slice(1).map((time, nth) => time - times[nth]!);
    expect(gaps.length).toBeGreaterThan(24 * 10);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(REFRESHED_AFTER);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(REFRESHED_AFTER + 1.25 * MINUTE);
    expect(new Set(declared.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test('need three heartbeats to be lost before they lapse', () => {
    expect(2 * (REFRESHED_AFTER + 1.25 * MINUTE)).toBeLessThan(IN_USE);
    expect(LAPSED_BY - IN_USE).toBeGreaterThanOrEqual(REFRESHED_AFTER);
  });

  test('are declared anew within two minutes where one has changed, or has come', async () => {
    const { clock, declared, tasks, declarer } = declaring();
    declarer.begin();
    await clock.advance(MINUTE);
    expect(declared).toHaveLength(1);
    tasks[0] = { ...aTask, schedule: '0 4 * * *' };
    await clock.advance(2 * MINUTE);
    expect(declared).toHaveLength(2);
    tasks.push({ ...aTask, name: 'loaded-later' });
    await clock.advance(2 * MINUTE);
    expect(declared).toHaveLength(3);
    expect(declared[2]!.tasks.map(({ name, schedule }) => [name, schedule])).toEqual([
      ['clean-up', '0 4 * * *'],
      ['loaded-later', '0 3 * * *'],
    ]);
  });

  test('are declared after an outage, of which one line tells', async () => {
    const outage = new LockStoreUnavailableError('connection refused', false);
    const { clock, declared, declarer, log } = declaring([outage, outage]);
    declarer.begin();
    await clock.advance(2.5 * MINUTE);
    expect(declared).toHaveLength(1);
    expect(log.lines.warn).toEqual(['The tasks could not be declared, which is retried: connection refused']);
  });

  test('keep no process alive, and are not declared after a shutdown', async () => {
    const { clock, declared, declarer } = declaring();
    declarer.begin();
    await clock.advance(MINUTE);
    expect(clock.keepingAlive).toBe(0);
    declarer.end();
    await clock.advance(48 * HOUR);
    expect(declared).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

describe('another application that uses the same tables', () => {
  const declareOnce = async (application: string, stranger?: string) => {
    const { clock, log, declarer } = declaring([], { application, stranger });
    declarer.begin();
    await clock.advance(HOUR);
    return log.lines.warn;
  };

  test('is warned of once, if neither has a name', async () => {
    const { clock, log, declarer, tasks } = declaring([], { application: '', stranger: 'send-report' });
    declarer.begin();
    await clock.advance(HOUR);
    tasks.push({ ...aTask, name: 'loaded-later' });
    await clock.advance(HOUR);
    expect(log.lines.warn).toEqual([
      expect.stringMatching(
        /declares "send-report" .* neither has a name.*application: 'shop'.* for 15 minutes/,
      ),
    ]);
  });

  test('is no matter where this one has a name', async () => {
    expect(await declareOnce('shop', 'send-report')).toEqual([]);
  });
});
