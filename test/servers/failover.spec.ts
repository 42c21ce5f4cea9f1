import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { aClaim } from '../support/claims.js';
import { Fleet } from '../support/fleet.js';
import { expectEveryTickOnce, runsPerTick, TASKS } from '../support/ticks.js';
import { until } from '../support/until.js';
import { Cluster } from './support/cluster.js';
import { POSTGRESQL } from './support/postgres-server.js';
import { describeWith } from './support/describe-with.js';
import { problemsOf, runsByTask } from './support/runs.js';

const SECOND = 1_000;
/** Of a task that is due each second. */
const LEASE = 5 * SECOND;
/** Twice this without an answer, and a statement is given up with its connection. */
const CLAIM_TIMEOUT = 5 * SECOND;
/** What waited for a hanging connection to end may ask for a claim timeout more. */
const HANGING = 3 * CLAIM_TIMEOUT;

jest.setTimeout(120 * SECOND);

function nextSecond(after = Date.now()): number {
  return Math.ceil(after / SECOND) * SECOND;
}

/** A store with connections of its own: those of a crashed server are gone. */
async function storeIn({ database }: Cluster): Promise<PostgresLockStore> {
  const dataSource = await database.connect();
  return new PostgresLockStore(() => dataSource, { table: 'task_lock' });
}

describeWith([POSTGRESQL], 'a Postgres primary that crashes', () => {
  let cluster: Cluster | undefined;

  afterEach(async () => {
    await cluster?.end();
    cluster = undefined;
  });

  describe('while replicas run, with a synchronous standby that takes over', () => {
    let fleet: Fleet | undefined;

    afterEach(async () => {
      await fleet?.end();
      fleet = undefined;
    });

    // The claims of a tick are under way in the first moments of a second; later in it the runs and releases are over.
    test.each([
      { when: 'amid the claims of a tick', after: 10, silently: false, noticed: 0, atLeastReleased: 0 },
      { when: 'between two ticks', after: 800, silently: false, noticed: 0, atLeastReleased: 1 },
      {
        when: 'and leaves its connections hanging',
        after: 800,
        silently: true,
        noticed: HANGING,
        atLeastReleased: 1,
      },
    ])(
      '$when: no tick runs twice, no fence goes back, and the next tick of every released task runs',
      async ({ after, silently, noticed, atLeastReleased }) => {
        cluster = await Cluster.start('synchronous');
        fleet = new Fleet(cluster.database.url);
        for (let replica = 0; replica < 4; replica++) {
          await fleet.start({ environment: { LONG_BODY_MS: '1000' } });
        }
        await until(() => runsByTask(fleet!.journal()).size > TASKS.length);
        await delay(nextSecond() + after - Date.now());

        let unreleased: string[] = [];
        const beforePromotion = async (): Promise<void> => {
          const rows = await cluster!.queryStandby<{ name: string }>(
            'SELECT name FROM task_lock WHERE finished_at IS NULL',
          );
          unreleased = rows.map(({ name }) => name);
        };
        await cluster.failOver({ silently, beforePromotion });
        // What was asked in the outage is answered within a second of its end. From then on a tick is like any other,
        // but for the runs whose release had not reached the standby: the others wait for their lease there.
        const back = nextSecond(Date.now() + noticed + SECOND);
        const settled = back + LEASE + SECOND;
        const end = settled + 3 * SECOND;
        await delay(end + SECOND - Date.now());
        await fleet.stop();

        const journal = fleet.journal();
        expect(problemsOf(runsByTask(journal))).toEqual([]);
        const released = TASKS.filter((task) => !unreleased.includes(task));
        expect(released.length).toBeGreaterThanOrEqual(atLeastReleased);
        expectEveryTickOnce(runsPerTick(journal, back, back + SECOND, released));
        expectEveryTickOnce(runsPerTick(journal, settled, end));
      },
    );
  });

  describe('and a claim that had not reached the standby', () => {
    test('is lost where the standby is asynchronous: its tick is granted once more, with a greater fence', async () => {
      cluster = await Cluster.start('asynchronous');
      const before = await storeIn(cluster);
      await before.prepare(['task']);
      await cluster.cutOff();
      const claim = aClaim();
      const [lost] = await before.claim([claim]);
      await cluster.failOver();

      const after = await storeIn(cluster);
      const [again] = await after.claim([aClaim({ tick: claim.tick, replica: 'replica-b' })]);
      expect([lost, again]).toMatchObject([{ status: 'won' }, { status: 'won' }]);
      if (lost?.status !== 'won' || again?.status !== 'won') throw new Error('unreachable');
      expect(again.scheduledTime).toEqual(lost.scheduledTime);
      expect(again.fence).toBeGreaterThan(lost.fence);
    });

    test('has no answer where the standby is synchronous, so its tick runs once', async () => {
      cluster = await Cluster.start('synchronous');
      const before = await storeIn(cluster);
      await before.prepare(['task']);
      await cluster.cutOff();
      const claim = aClaim();
      const answer = before.claim([claim]).catch((error: unknown) => error);
      await cluster.primary.awaitsStandby();
      await cluster.failOver();
      expect(await answer).toBeInstanceOf(LockStoreUnavailableError);

      const after = await storeIn(cluster);
      const [won] = await after.claim([claim]);
      const [other] = await after.claim([aClaim({ tick: claim.tick, replica: 'replica-b' })]);
      expect([won, other]).toMatchObject([{ status: 'won' }, { status: 'held', heldBy: 'replica-a' }]);
    });
  });
});
