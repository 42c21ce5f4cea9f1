import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import { Systems } from './systems-driver.js';

jest.setTimeout(120_000);

let database: TestDatabase;
let systems: Systems;
let replicas: Replica[];

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE message (id integer, call integer)');
  systems = new Systems(database.url);
  replicas = await systems.start();
});
afterAll(async () => {
  await systems.end();
  await database.drop();
});
beforeEach(async () => {
  // In the order in which polls lock the tables: the other way round the two would deadlock now and then.
  await database.query('TRUNCATE task_lock_request, task_lock, message');
  systems.events.length = 0;
});

const waiting = async (): Promise<number> =>
  Number((await database.query<{ n: string }>('SELECT count(*) AS n FROM task_lock_request'))[0]!.n);

const served = () => until(async () => (await waiting()) === 0);

/** Which call each run of a course was made with. */
const runsOf = (course: number): number[] =>
  systems
    .of('start')
    .filter(({ id }) => id === course)
    .map(({ call }) => call);

describe('a course export with a debounce, a lock for each course and one pending task', () => {
  /** So many saves of one course, spread over the replicas; answers the last. */
  const save = async (course: number, times: number, work: number | 'until told'): Promise<number> => {
    const calls: number[] = [];
    for (let nth = 0; nth < times; nth++) {
      const call = systems.call(replicas[nth % 3]!, 'debouncedExport', course, work);
      // One after another, so that the last one is known.
      expect(await systems.answers([call])).toEqual([undefined]);
      calls.push(call);
    }
    return calls.at(-1)!;
  };

  test('30 signals on all replicas are one export, with the last arguments, when the window is over', async () => {
    const last = await save(7, 30, 0);
    const asked = performance.timeOrigin + performance.now();
    await served();
    expect(runsOf(7)).toEqual([last]);
    expect(systems.of('start')[0]!.at).toBeGreaterThan(asked);
  });

  test('saves while it runs are exactly one more, and another course runs beside it', async () => {
    const first = await save(7, 2, 'until told');
    await systems.told('start', first);
    await save(7, 1, 0);
    const last = await save(7, 10, 0);
    const other = await save(8, 3, 'until told');
    await systems.told('start', other);
    expect(runsOf(7)).toEqual([first]);
    for (const replica of replicas) for (const call of [first, other]) systems.finish(replica, call);
    await served();
    expect(runsOf(7)).toEqual([first, last]);
    systems.expectNoOverlap();
  });

  test('whose holder is killed in the middle is not lost, and is told that it follows a dead run', async () => {
    const dying = await save(7, 3, 'until told');
    await systems.told('start', dying);
    const last = await save(7, 2, 0);
    const [row] = await database.query<{ locked_by: string }>(
      'SELECT locked_by FROM task_lock WHERE finished_at IS NULL',
    );
    const holder = replicas.find(({ name }) => name === row!.locked_by)!;
    await holder.kill();
    const died = performance.timeOrigin + performance.now();
    await served();
    expect(runsOf(7)).toEqual([dying, last]);
    expect((await systems.told('start', last)).previous).toBe(holder.name);
    systems.expectNoOverlap({ [holder.name]: died });
    replicas = [...replicas.filter((replica) => replica !== holder), await systems.startOne()];
  });
});

describe('an export that buffers one', () => {
  test('runs at once, and calls on any replica while it runs are one more with the last arguments', async () => {
    const [one, two, three] = replicas;
    const first = systems.call(one!, 'bufferedExport', 7, 'until told');
    await systems.told('start', first);
    let last = 0;
    for (const replica of [two!, three!, one!, two!, three!]) {
      last = systems.call(replica, 'bufferedExport', 7, 0);
      expect(await systems.answers([last])).toEqual([undefined]);
    }
    systems.finish(one!, first);
    expect(await systems.answers([first])).toEqual(['ran 7']);
    await served();
    expect(runsOf(7)).toEqual([first, last]);
  });

  test('strands no call, however release and call meet', async () => {
    for (let round = 0; round < 40; round++) {
      const before = systems.of('start').length;
      const calls = replicas.map((replica) => systems.call(replica, 'bufferedExport', 7, 5));
      const answers = await systems.answers(calls);
      await served();
      const ran = systems.of('start').slice(before);
      expect(answers.every((answer) => answer === undefined || answer === 'ran 7')).toBe(true);
      const putOff = answers.filter((answer) => answer === undefined).length;
      // A call that met a run is followed by one, its own or that of a call after it.
      expect(ran.length).toBeGreaterThanOrEqual(putOff > 0 ? 2 : 3);
      // And no run without a call: one that was put off later than another may follow the run of that.
      expect(ran.length).toBeLessThanOrEqual(3);
    }
    systems.expectNoOverlap();
  });
});

describe('a debounce by an atomic add', () => {
  test('two editors saving 4 s and 6 s apart with a window of 5 s: two runs, and the last save is in the second', async () => {
    const [one, two] = replicas;
    const first = systems.call(one!, 'saveDocument', 1, 0);
    await systems.answers([first]);
    await delay(4_000);
    const second = systems.call(two!, 'saveDocument', 1, 0);
    await systems.answers([second]);
    await delay(6_000);
    expect(runsOf(1)).toEqual([second]);
    const third = systems.call(one!, 'saveDocument', 1, 0);
    await systems.answers([third]);
    await served();
    expect(runsOf(1)).toEqual([second, third]);
  });
});

describe('a message queued from inside a transaction', () => {
  const sentOf = (call: number): { id: number; found: boolean }[] =>
    systems
      .of('sent')
      .filter((event) => event.call === call)
      .map(({ id, found }) => ({ id, found }));

  test('is sent after the commit only, finds its row, and never after a rollback', async () => {
    const [one, two] = replicas;
    const open = systems.transaction(one!, { messages: [1, 2], end: 'commit', waits: true });
    await systems.told('start', open);
    const rolledBack = systems.transaction(two!, { messages: [3], end: 'rollback', waits: false });
    expect(await systems.answers([rolledBack])).toEqual(['Error: rolled back']);
    const overtaking = systems.transaction(two!, { messages: [4], end: 'commit', waits: false });
    expect(await systems.answers([overtaking])).toEqual([undefined]);
    await until(() => sentOf(overtaking).length > 0);
    expect(sentOf(open)).toEqual([]);
    systems.finish(one!, open);
    expect(await systems.answers([open])).toEqual([undefined]);
    await served();
    expect(new Set(sentOf(open).map(({ id }) => id))).toEqual(new Set([1, 2]));
    expect(sentOf(rolledBack)).toEqual([]);
    expect(systems.of('sent').every(({ found }) => found)).toBe(true);
  });

  test('in one that is open for 30 s holds up neither the schedule of its task nor others', async () => {
    const [one, two] = replicas;
    const open = systems.transaction(one!, { messages: [1, 2], end: 'commit', waits: true });
    const { at } = await systems.told('start', open);
    await until(() => systems.of('tick').filter((tick) => tick.at > at).length >= 5);
    while (performance.timeOrigin + performance.now() < at + 30_000) {
      const other = systems.transaction(two!, { messages: [1], end: 'commit', waits: false });
      expect(await systems.answers([other])).toEqual([undefined]);
      await until(() => sentOf(other).length > 0);
    }
    const ticks = systems.of('tick').filter((tick) => tick.at > at + 25_000);
    expect(ticks.length).toBeGreaterThan(0);
    systems.finish(one!, open);
    await served();
    expect(sentOf(open).every(({ found }) => found)).toBe(true);
    expect(new Set(sentOf(open).map(({ id }) => id))).toEqual(new Set([1, 2]));
  });

  test('two that ask in opposite orders, and 1,000 in parallel: no deadlock, and each message is sent', async () => {
    const calls = [
      systems.transaction(replicas[0]!, { messages: [1, 2], end: 'commit', waits: true }),
      systems.transaction(replicas[1]!, { messages: [2, 1], end: 'commit', waits: true }),
    ];
    await Promise.all(calls.map((call) => systems.told('start', call)));
    calls.forEach((call, index) => systems.finish(replicas[index]!, call));
    expect(await systems.answers(calls)).toEqual([undefined, undefined]);
    const many = Array.from({ length: 1_000 }, (_, nth) =>
      systems.transaction(replicas[nth % 3]!, { messages: [nth % 50], end: 'commit', waits: false }),
    );
    expect(new Set(await systems.answers(many))).toEqual(new Set([undefined]));
    await served();
    const sent = new Set(systems.of('sent').map(({ id }) => id));
    expect(sent.size).toBe(50);
    expect(systems.of('sent').every(({ found }) => found)).toBe(true);
  });
});
