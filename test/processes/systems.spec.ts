import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import { Systems } from './systems-driver.js';
import type { Method } from './systems-driver.js';
import type { Work } from './app/systems.js';

jest.setTimeout(120_000);

let database: TestDatabase;
let systems: Systems;
let replicas: Replica[];

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE task_lock');
  systems = new Systems(database.url);
  replicas = await systems.start();
});
afterEach(() => systems.end());

const holder = async (name: string): Promise<string | undefined> => {
  const [row] = await database.query<{ locked_by: string }>(
    'SELECT locked_by FROM task_lock WHERE name = $1 AND finished_at IS NULL',
    [name],
  );
  return row?.locked_by;
};

describe('a lock decorator with remove-only-if-owner, keyed by arguments', () => {
  test('with ids 3, 5, 5, 5 at once: 3 and one 5 run side by side, the others skip', async () => {
    const [one, two, three] = replicas;
    const calls = [
      systems.call(one!, 'updateGame', 3, 'until told'),
      systems.call(one!, 'updateGame', 5, 'until told'),
      systems.call(two!, 'updateGame', 5, 'until told'),
      systems.call(three!, 'updateGame', 5, 'until told'),
    ];
    await until(() => systems.of('answer').length === 2 && systems.of('start').length === 2);
    expect(
      systems
        .of('start')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([3, 5]);
    for (const replica of replicas) for (const call of calls) systems.finish(replica, call);
    const answers = await systems.answers(calls);
    expect(answers[0]).toBe('ran 3');
    expect(answers.slice(1).filter((answer) => answer === 'ran 5')).toHaveLength(1);
    expect(answers.slice(1).filter((answer) => answer === undefined)).toHaveLength(2);
  });

  test("with `overlap: 'wait'` all three 5s run, one after another", async () => {
    const calls = [3, 5, 5, 5].map((id, index) =>
      systems.call(replicas[Math.max(index - 1, 0)]!, 'updateGameInTurn', id, 200),
    );
    expect(await systems.answers(calls)).toEqual(['ran 3', 'ran 5', 'ran 5', 'ran 5']);
    systems.expectNoOverlap();
  });

  test('twenty that wait, on three replicas, have all run within twice the time of their runs', async () => {
    const calls = Array.from({ length: 20 }, (_, index) =>
      systems.call(replicas[index % 3]!, 'updateGameInTurn', 5, 50),
    );
    expect(await systems.answers(calls)).toEqual(calls.map(() => 'ran 5'));
    systems.expectNoOverlap();
    const [starts, ends] = [systems.of('start'), systems.of('end')];
    const serial = starts.reduce(
      (sum, { call, at }) => sum + ends.find((end) => end.call === call)!.at - at,
      0,
    );
    const all = Math.max(...ends.map(({ at }) => at)) - Math.min(...starts.map(({ at }) => at));
    expect(all / serial).toBeLessThan(2);
  });
});

describe('a unique task with an expiry of its own, ignored while it runs', () => {
  test('that overran does not release the lock of the one after it', async () => {
    const [one, two, three] = replicas;
    const overrunning = systems.call(one!, 'unique', 1, 'until told');
    await systems.told('start', overrunning);
    expect(await systems.answers([systems.call(two!, 'unique', 1, 0)])).toEqual([undefined]);
    await systems.told('lost', overrunning);
    const second = await firstThatRuns(two!, 'unique', 1, 'until told');
    systems.finish(one!, overrunning);
    expect(await systems.answers([overrunning])).toEqual(['ran 1']);
    expect(await holder('unique')).toBe(two!.name);
    expect(await systems.answers([systems.call(three!, 'unique', 1, 0)])).toEqual([undefined]);
    systems.finish(two!, second);
    expect(await systems.answers([second])).toEqual(['ran 1']);
    expect(await systems.answers([systems.call(three!, 'unique', 1, 0)])).toEqual(['ran 1']);
  });
});

describe('an export lock for each course with a crash-safety time-out', () => {
  test('whose holder is killed in the middle is free after its lease, and the next run is told', async () => {
    const [one, two, three] = replicas;
    const dying = systems.call(one!, 'exportCourse', 7, 'until told');
    await systems.told('start', dying);
    expect(await systems.answers([systems.call(two!, 'exportCourse', 7, 0)])).toEqual([undefined]);
    await one!.kill();
    const died = performance.timeOrigin + performance.now();
    expect(await systems.answers([systems.call(three!, 'exportCourse', 8, 0)])).toEqual(['ran 8']);
    const next = await firstThatRuns(two!, 'exportCourse', 7, 0);
    expect((await systems.told('start', next)).previous).toBe(one!.name);
    systems.expectNoOverlap({ [one!.name]: died });
  });

  test('is kept by an export longer than its lease', async () => {
    const [one, two, three] = replicas;
    const long = systems.call(one!, 'exportCourse', 7, 'until told');
    const { at } = await systems.told('start', long);
    const leases = 3 * 1_500;
    const others: number[] = [];
    await until(async () => {
      others.push(systems.call(two!, 'exportCourse', 7, 0), systems.call(three!, 'exportCourse', 7, 0));
      await systems.answers(others);
      return performance.timeOrigin + performance.now() > at + leases;
    });
    expect((await systems.answers(others)).every((answer) => answer === undefined)).toBe(true);
    systems.finish(one!, long);
    expect(await systems.answers([long])).toEqual(['ran 7']);
    systems.expectNoOverlap();
  });

  test('is released by an error before the work starts', async () => {
    const [one, two] = replicas;
    const failing = systems.call(one!, 'exportCourse', 7, 'fail');
    expect(await systems.answers([failing])).toEqual(['Error: the course is locked for editing']);
    const next = systems.call(two!, 'exportCourse', 7, 0);
    expect(await systems.answers([next])).toEqual(['ran 7']);
    expect((await systems.told('start', next)).previous).toBeUndefined();
  });
});

/** Calls until a call runs, and answers which. */
async function firstThatRuns(replica: Replica, method: Method, id: number, work: Work): Promise<number> {
  let call = 0;
  await until(async () => {
    call = systems.call(replica, method, id, work);
    const settled = () =>
      systems.events.some(
        (event) => (event.event === 'start' || event.event === 'answer') && event.call === call,
      );
    await until(settled);
    return systems.of('start').some((event) => event.call === call);
  });
  return call;
}
