import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import type { ClaimRequest } from '../../src/store/lock-store.js';
import { aClaim, aRelease } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { declaredTask } from '../support/operated.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';

const ROUNDS = TESTS_EVERYTHING ? 200 : 20;
const NAME = 'mails';

jest.setTimeout(TESTS_EVERYTHING ? 120_000 : 30_000);

let database: TestDatabase;
let store: PostgresLockStore;
/** Two people at two machines. */
let ana: TaskLockOperator;
let ben: TaskLockOperator;

beforeAll(async () => {
  database = await createDatabase();
  const open = async (): Promise<PostgresLockStore> => {
    const dataSource = await database.connect();
    return new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  };
  store = await open();
  ana = new TaskLockOperator((await open()).operator);
  ben = new TaskLockOperator((await open()).operator);
  await store.prepare([NAME]);
  const tasks = [declaredTask({ name: NAME, isScheduled: false, schedule: undefined })];
  await store.operator.declare({ tasks, replica: 'pod-1', version: '1.0.0' });
});
afterAll(() => database.drop());

const aCall = (): ClaimRequest =>
  aClaim({ name: NAME, task: NAME, tick: { kind: 'call' }, trigger: 'call', minHold: 0 });

async function win(claim: ClaimRequest): Promise<bigint> {
  const [answer] = await store.claim([claim]);
  if (answer?.status !== 'won') throw new Error(`not won: ${answer?.status}`);
  return answer.fence;
}

/** A run that is over, as one operator still sees it on the screen, and the one that is there by now. */
async function twoRuns(): Promise<{ former: bigint; current: bigint; claim: ClaimRequest }> {
  const before = aCall();
  const former = await win(before);
  await store.release([aRelease(before)]);
  const claim = aCall();
  return { former, current: await win(claim), claim };
}

const cancel = (operator: TaskLockOperator, by: string, fence: bigint) =>
  operator.cancel(NAME, { fence, by, reason: 'wrong mails' });
const release = (operator: TaskLockOperator, by: string, fence: bigint) =>
  operator.release(NAME, { fence, by, force: true, now: true });

type Act = typeof cancel | typeof release;

describe('two operators at the same time, one of whom saw an earlier run', () => {
  test.each<[string, Act, Act]>([
    ['two cancels', cancel, cancel],
    ['a release and a cancel', release, cancel],
    ['a cancel and a release', cancel, release],
    ['two releases', release, release],
  ])('%s: the one is refused and told who is there, the other one is obeyed', async (_, late, right) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { former, current, claim } = await twoRuns();
      const [refused, obeyed] = await Promise.all([late(ana, 'ana', former), right(ben, 'ben', current)]);
      expect(refused.status).toBe('refused');
      expect(obeyed.status).toBe(right === cancel ? 'cancelled' : 'released');
      // Whoever was first: the one was told of the run that is there, or that none is any more.
      expect(refused).toMatchObject({ message: expect.stringContaining(String(current)) });
      const [renewal] = await store.renew([
        { name: NAME, token: claim.token, lease: 60_000, maxHold: 90_000 },
      ]);
      expect(renewal).toMatchObject(
        right === cancel ? { status: 'renewed', cancelled: { by: 'ben' } } : { status: 'lost' },
      );
      await store.release([aRelease(claim)]);
    }
  });

  test('the run in its place is named with its replica', async () => {
    const { former, current, claim } = await twoRuns();
    const running = { replica: 'replica-a', fence: String(current) };
    expect(await cancel(ana, 'ana', former)).toMatchObject({ status: 'refused', running });
    expect(await release(ana, 'ana', former)).toMatchObject({ status: 'refused', running });
    await store.release([aRelease(claim)]);
  });
});

describe('two operators at the same time who saw the same run', () => {
  test('a cancel and a release: the run is released, and no run after it is cancelled', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { current } = await twoRuns();
      const [cancelled, released] = await Promise.all([
        cancel(ana, 'ana', current),
        release(ben, 'ben', current),
      ]);
      expect(['cancelled', 'refused']).toContain(cancelled.status);
      expect(released.status).toBe('released');
      const next = aCall();
      await win(next);
      const [renewal] = await store.renew([
        { name: NAME, token: next.token, lease: 60_000, maxHold: 90_000 },
      ]);
      expect(renewal).toEqual(expect.objectContaining({ status: 'renewed', cancelled: undefined }));
      await store.release([aRelease(next)]);
    }
  });

  test('two releases: one of them frees the lock, the other one is told that no run is in progress', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { current } = await twoRuns();
      const answers = await Promise.all([release(ana, 'ana', current), release(ben, 'ben', current)]);
      expect(answers.map(({ status }) => status).sort()).toEqual(['refused', 'released']);
      expect(answers.find(({ status }) => status === 'refused')).toMatchObject({
        message: expect.stringContaining('no run is in progress'),
      });
    }
  });
});

test('two triggers at the same time are two rows, each taken once, and each answered on its own', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const asked = await Promise.all([
      ana.trigger(NAME, { by: 'ana', args: ['ana'] }),
      ben.trigger(NAME, { by: 'ben', args: ['ben'] }),
    ]);
    const taken = await Promise.all(
      ['pod-1', 'pod-2'].map((pod) =>
        store.operator.takeTriggers([{ task: NAME, startsWithin: 60_000 }], pod),
      ),
    );
    expect(
      taken
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(asked.map(({ id }) => id).sort());
    expect(
      taken
        .flat()
        .map(({ args }) => args)
        .sort(),
    ).toEqual(['["ana"]', '["ben"]']);
    const [first, second] = asked;
    await store.operator.answerTrigger(first.id, { answer: 'skipped: held' });
    await store.operator.answerTrigger(second.id, { answer: 'failed', fence: 7n, error: 'boom' });
    expect(await ana.triggered(first.id)).toEqual({ status: 'skipped', id: first.id, reason: 'held' });
    expect(await ben.triggered(second.id)).toMatchObject({ outcome: 'failed', error: 'boom' });
  }
});

test('a pause and a resume at the same time: claims and operators agree on which one was last', async () => {
  const operator = store.operator;
  for (let round = 0; round < ROUNDS; round++) {
    const acts = [
      () => operator.pause(NAME, undefined, { by: 'ana', reason: 'the disk is full' }),
      () => operator.resume(NAME, { by: 'ben' }),
    ];
    await Promise.all((round % 2 === 0 ? acts : acts.reverse()).map((act) => act()));
    const { paused } = await ana.task(NAME);
    const claim = aCall();
    const [answer] = await store.claim([claim]);
    expect(answer?.status).toBe(paused ? 'paused' : 'won');
    if (!paused) await store.release([aRelease(claim)]);
    const noted = (await ana.actions(NAME, { limit: 2 })).map(({ action }) => action).sort();
    expect(noted).toEqual(['pause', 'resume']);
    await operator.resume(NAME, { by: 'ben' });
  }
});

test('actions are listed from the newest on, however many there are', async () => {
  for (let nth = 0; nth < 12; nth++) await store.operator.resume(NAME, { by: `number ${nth}` });
  const acted = (await ana.actions(NAME, { limit: 12 })).map(({ by }) => by);
  expect(acted).toEqual(Array.from({ length: 12 }, (_, nth) => `number ${11 - nth}`));
});

describe(`a cancel that arrives as its run ends and the next one begins, ${ROUNDS} times`, () => {
  test.each([
    ['before the release', 0],
    ['at the same time', 1],
    ['after the release', 2],
  ])('sent %s: the next run never hears of it', async (_, order) => {
    for (let round = 0; round < ROUNDS; round++) {
      const ending = aCall();
      const fence = await win(ending);
      const next = aCall();
      const hand = async (): Promise<void> => {
        await store.release([aRelease(ending)]);
        // The cancel may hold the row for a moment.
        while ((await store.claim([next]))[0]?.status !== 'won');
      };
      if (order === 0) await cancel(ana, 'ana', fence);
      const [answer] = await Promise.all([order === 0 ? undefined : cancel(ana, 'ana', fence), hand()]);
      if (order === 2) expect(await cancel(ana, 'ana', fence)).toMatchObject({ status: 'refused' });
      if (answer) expect(['cancelled', 'refused']).toContain(answer.status);
      const [renewal] = await store.renew([
        { name: NAME, token: next.token, lease: 60_000, maxHold: 90_000 },
      ]);
      expect(renewal).toEqual(expect.objectContaining({ status: 'renewed', cancelled: undefined }));
      expect((await ana.task(NAME)).running).not.toBeNull();
      await store.release([aRelease(next)]);
    }
  });
});
