import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ClaimAnswer, ClaimRequest, TickRequest } from '../../src/store/lock-store.js';
import { claimRow } from '../../src/store/memory/memory-claim.js';
import type { InMemoryLockRow } from '../../src/store/memory/memory-lock-row.js';
import { InMemoryOperating } from '../../src/store/memory/memory-operating.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

const MINUTE = 60_000;

let database: TestDatabase;
let store: PostgresLockStore;

beforeAll(async () => {
  database = await createDatabase();
  const dataSource = await database.connect({ extra: { max: 4 } });
  store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
});
afterAll(() => database.drop());

/** Minutes from the middle of this one: far from the clock, while the test goes on, and often the same. */
const minutes = fc.integer({ min: -40, max: 40 });
const instants = fc.oneof({ weight: 6, arbitrary: minutes }, fc.constantFrom(-Infinity));
const holds = fc.integer({ min: 0, max: 12 });

const rows = fc.record({
  lockedUntil: fc.oneof(minutes, fc.constantFrom(-Infinity, Infinity)),
  startedAt: instants,
  finishedAt: fc.option(instants),
  lastTick: instants,
  /** Of a row that was written by hand, or by a minimum hold of nine tenths. */
  microseconds: fc.constantFrom(0, 0, 0, 400),
  token: fc.constantFrom('mine', 'of another', undefined),
  outcome: fc.constantFrom('recoverable', 'recoverable', 'recovering', 'tick', 'call', 'succeeded', null),
});
const pauses = fc.option(
  fc.record({ until: fc.oneof(minutes, fc.constant(Infinity)), resumedAt: fc.option(minutes) }),
);
/** Now and then all tasks are paused, or were. */
const pausesOfAll = fc.option(pauses, { freq: 3 });
const cases = fc.record({
  row: rows,
  pause: pauses,
  kind: fc.constantFrom('scheduled', 'scheduled', 'scheduled', 'missed', 'kept', 'abandoned', 'call'),
  /** Often the last tick of the row. */
  tick: fc.option(minutes),
  recover: fc.boolean(),
  evenIfPaused: fc.constantFrom(false, false, true),
  minHold: holds,
  tolerance: fc.constantFrom(0, 10),
  interval: fc.constantFrom(10, 20),
  catchupWindow: holds,
});

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

type Pause = Case['pause'];

interface Played {
  request: ClaimRequest;
  row: InMemoryLockRow;
  operating: InMemoryOperating;
}

function play(given: Case, index: number, base: number, ofAll: Pause): Played {
  const at = (minute: number): number => base + minute * MINUTE;
  const { row, pause, kind } = given;
  const name = `task ${index}`;
  const tickAt = given.tick ?? (Number.isFinite(row.lastTick) ? row.lastTick : 0);
  const scheduled = { kind: 'scheduled', scheduledTime: new Date(at(tickAt)) } as const;
  const ticks: Record<Case['kind'], TickRequest> = {
    scheduled,
    missed: { ...scheduled, catchupWindow: given.catchupWindow * MINUTE },
    kept: { kind: 'kept', interval: given.interval * MINUTE },
    abandoned: { kind: 'abandoned' },
    call: { kind: 'call' },
  };
  const { recover, evenIfPaused } = given;
  const request = aClaim({
    name,
    task: name,
    tick: ticks[kind],
    recover,
    evenIfPaused,
    minHold: given.minHold * MINUTE,
    tolerance: given.tolerance * MINUTE,
  });
  const operating = new InMemoryOperating();
  for (const [of, paused] of [
    [name, pause],
    ['*', ofAll],
  ] as const) {
    if (!paused) continue;
    const resumedAt = paused.resumedAt === null ? undefined : at(paused.resumedAt);
    operating.pauses.set(of, { since: at(-60), until: at(paused.until), by: 'ana', resumedAt });
  }
  const lockRow = {
    lockedUntil: at(row.lockedUntil),
    startedAt: at(row.startedAt),
    finishedAt: row.finishedAt === null ? null : at(row.finishedAt),
    lastTick: at(row.lastTick) + row.microseconds / 1_000,
    fence: 7n,
    token: row.token === 'mine' ? request.token : row.token === undefined ? null : randomUUID(),
    lockedBy: 'replica-b',
    outcome: row.outcome,
    error: null,
  };
  return { request, row: lockRow, operating };
}

/** As Postgres reads it, to the microsecond. */
function text(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return milliseconds > 0 ? 'infinity' : '-infinity';
  const micros = Math.round((milliseconds % 1) * 1_000);
  return new Date(milliseconds).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

async function write(played: readonly Played[]): Promise<void> {
  await database.query('TRUNCATE task_lock, task_lock_control');
  const locks = played.map(({ request: { name }, row }) => ({
    name,
    locked_until: text(row.lockedUntil),
    started_at: text(row.startedAt),
    finished_at: row.finishedAt === null ? null : text(row.finishedAt),
    last_tick: text(row.lastTick),
    fence: Number(row.fence),
    token: row.token,
    locked_by: row.lockedBy,
    outcome: row.outcome,
  }));
  await database.query(
    `INSERT INTO task_lock SELECT * FROM json_populate_recordset(NULL::task_lock, '${JSON.stringify(locks)}')`,
  );
  const paused = [...new Map(played.flatMap(({ operating }) => [...operating.pauses]))].map(
    ([name, { since, until, by, resumedAt }]) => ({
      name,
      paused_at: text(since),
      paused_until: text(until),
      paused_by: by,
      resumed_at: resumedAt === undefined ? null : text(resumedAt),
    }),
  );
  await database.query(
    `INSERT INTO task_lock_control SELECT * FROM json_populate_recordset(NULL::task_lock_control, '${JSON.stringify(paused)}')`,
  );
}

/** What both stores must answer alike: all but what the clock says of a win, or a pause that goes on. */
function comparable(answer: ClaimAnswer): unknown {
  const { now = 0 } = answer;
  const orNow = (date?: Date): unknown => (Math.abs((date?.getTime() ?? 0) - now) < 10_000 ? 'now' : date);
  if (answer.status === 'done') return { ...answer, resumedAt: orNow(answer.resumedAt) };
  if (answer.status !== 'won') return answer;
  const { status, recovering, lastTick, previous, leftOpen } = answer;
  const [resumedAt, tick] = [orNow(answer.resumedAt), orNow(answer.scheduledTime)];
  return { status, recovering, lastTick, previous, leftOpen, resumedAt, tick };
}

test('Postgres grants and refuses by the same rules as the store in memory, a row at a time and in a batch', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(cases, { minLength: 60, maxLength: 90 }),
      fc.nat(999),
      pausesOfAll,
      async (given, millisecond, ofAll) => {
        const base = Math.floor(Date.now() / MINUTE) * MINUTE + MINUTE / 2 + millisecond;
        const played = given.map((one, index) => play(one, index, base, ofAll));
        await write(played);
        const alone = played.slice(0, 8);
        const answers = await Promise.all(alone.map(({ request }) => store.claim([request])));
        answers.push(await store.claim(played.slice(8).map(({ request }) => request)));
        for (const [index, answer] of answers.flat().entries()) {
          const { request, row, operating } = played[index]!;
          const expected = claimRow({ ...row }, request, answer.now ?? 0, operating);
          seen.add(`${request.tick.kind} ${expected.status}`);
          expect(`${index} ${inspect(comparable(answer))}`).toEqual(
            `${index} ${inspect(comparable(expected))}`,
          );
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
  // The cases reach what they are to compare.
  expect([...seen].sort()).toEqual(
    ['abandoned', 'call', 'kept', 'scheduled'].flatMap((kind) =>
      ['done', 'early', 'held', 'paused', 'won']
        .filter((status) => status !== 'early' || kind === 'scheduled')
        .map((status) => `${kind} ${status}`),
    ),
  );
});
