import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InMemoryHistory } from '../../src/store/memory/memory-history.js';
import type { RecordedRun } from '../../src/store/recorded-run.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import type { PostgresOperatorStore } from '../../src/store/postgres/postgres-operator-store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BEGIN = Date.parse('2026-03-01T00:00:00Z');

let database: TestDatabase;
let operator: PostgresOperatorStore;

beforeAll(async () => {
  database = await createDatabase();
  const dataSource = await database.connect();
  ({ operator } = new PostgresLockStore(() => dataSource, { table: 'task_lock' }));
});
afterAll(() => database.drop());

/** A day of a task that is due each minute, whose runs start early and late, last long, die, and are recovered. */
function aDay(): RecordedRun[] {
  const runs: RecordedRun[] = [];
  let fence = 0n;
  let previousTick: Date | undefined;
  const add = (startedAt: number, lasts: number | undefined, tick?: number): void => {
    const died = lasts === undefined;
    runs.push({
      name: 'task',
      task: 'task',
      fence: ++fence,
      trigger: tick === undefined ? 'call' : 'tick',
      replica: 'replica-a',
      startedAt: new Date(startedAt),
      finishedAt: died ? undefined : new Date(startedAt + lasts),
      tick: tick === undefined ? undefined : new Date(tick),
      previousTick: tick === undefined ? undefined : previousTick,
      outcome: died ? 'died' : 'succeeded',
    });
    if (tick !== undefined) previousTick = new Date(tick);
  };
  for (let minute = 0; minute < 1_440; minute++) {
    const tick = BEGIN + minute * MINUTE;
    switch (minute % 23) {
      case 3:
        // The clock of the database was set back by then.
        add(tick - 59 * SECOND, 10, tick);
        break;
      case 5:
        add(tick + 10, 10 * SECOND, tick);
        add(tick + 20 * SECOND, 20 * SECOND);
        break;
      case 7:
        add(tick + 5, undefined, tick);
        add(tick + 4 * MINUTE + 10 * SECOND, 3 * SECOND, tick);
        minute += 4;
        break;
      case 13:
        // Caught up.
        add(tick + 2 * MINUTE + 30 * SECOND, 2 * SECOND, tick);
        minute += 2;
        break;
      case 17:
        add(tick + 5, 4 * MINUTE + 5, tick);
        minute += 4;
        break;
      default:
        add(tick + 5, 300, tick);
    }
  }
  return runs;
}

test('a ledger is told of the same runs as by a look at the whole history, whichever time it asks for', async () => {
  const runs = aDay();
  await database.query(
    `INSERT INTO task_lock_run (name, fence, task, trigger, replica, started_at, finished_at, tick, previous_tick, outcome)
     SELECT 'task', fence, 'task', 'tick', 'replica-a', started, finished, tick, previous, 'succeeded'
     FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
       AS run(fence, started, finished, tick, previous)`,
    [
      runs.map(({ fence }) => String(fence)),
      ...(['startedAt', 'finishedAt', 'tick', 'previousTick'] as const).map((time) =>
        runs.map((run) => run[time]?.toISOString() ?? null),
      ),
    ],
  );
  const whole = new InMemoryHistory(new Map(runs.map((run) => [String(run.fence), run])), Date.now);
  const fencesOf = (told: readonly RecordedRun[]) => told.map(({ fence }) => fence).sort();
  for (let from = BEGIN - 30 * MINUTE; from < BEGIN + 1_500 * MINUTE; from += 11 * MINUTE + 7 * SECOND) {
    for (const lasts of [0, MINUTE, 3 * MINUTE, 45 * MINUTE]) {
      const search = { task: 'task', from: new Date(from), to: new Date(from + lasts) };
      const { runs: told, historySince } = await operator.ledger(search);
      expect({ search, fences: fencesOf(told) }).toEqual({ search, fences: fencesOf(whole.around(search)) });
      if (told.length > 0) expect(historySince).toEqual(runs[0]!.startedAt);
    }
  }
});
