import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { KeyPurge, UNUSED_KEY } from '../../src/lock/key-purge.js';
import type { LockStore, PurgeRequest } from '../../src/store/lock-store.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import { InFlight } from '../../src/common/in-flight.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { aTick, recordingLog } from '../support/locks.js';

const HOUR = 3_600_000;

let clock: FakeClock;
let purged: PurgeRequest[];
let store: LockStore;
const log = recordingLog();

beforeEach(() => {
  clock = new FakeClock();
  purged = [];
  store = Object.assign(new InMemoryLockStore(), {
    purge: async (request: PurgeRequest) => {
      purged.push(request);
      return 0;
    },
  });
});

const newPurge = () => new KeyPurge(store, clock, log, new InFlight());

describe('the rows of unused keys', () => {
  test('are removed within an hour of use, and once a day then', async () => {
    const purge = newPurge();
    purge.used('export:');
    expect(purged).toEqual([]);
    await clock.advance(HOUR);
    purge.used('export:');
    purge.used('export:');
    expect(purged).toEqual([{ prefix: 'export:', unusedFor: UNUSED_KEY }]);
    await clock.advance(23 * HOUR);
    purge.used('export:');
    expect(purged).toHaveLength(1);
    await clock.advance(HOUR);
    purge.used('export:');
    expect(purged).toHaveLength(2);
  });

  test('cost nothing while none is used: no query, and no timer', async () => {
    newPurge().used('export:');
    await clock.advance(100 * HOUR);
    expect(purged).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('are looked for by each task on its own', async () => {
    const purge = newPurge();
    purge.used('export:');
    purge.used('import:');
    await clock.advance(HOUR);
    purge.used('export:');
    purge.used('import:');
    expect(purged.map(({ prefix }) => prefix)).toEqual(['export:', 'import:']);
  });

  test('are removed in as many statements as it takes, and no more once the application stops', async () => {
    const left = [1_000, 1_000, 400, 0, 0];
    store.purge = async (request) => {
      purged.push(request);
      return left.shift() ?? 0;
    };
    const purge = newPurge();
    purge.used('export:');
    await clock.advance(HOUR);
    purge.used('export:');
    await clock.advance(1_000);
    expect(purged).toHaveLength(4);
    left.unshift(1_000, 1_000);
    await clock.advance(24 * HOUR);
    purge.used('export:');
    await settled();
    purge.end();
    await clock.advance(1_000);
    expect(purged).toHaveLength(5);
  });

  test('stay where the database is down, and a warning says so', async () => {
    const refused = jest
      .fn<NonNullable<LockStore['purge']>>()
      .mockRejectedValue(new Error('connection refused'));
    store.purge = refused;
    const purge = newPurge();
    purge.used('export:');
    await clock.advance(HOUR);
    purge.used('export:');
    await settled();
    expect(log.lines.warn).toEqual([
      'Rows of unused keys that begin with "export:" were not removed: connection refused',
    ]);
    await clock.advance(HOUR);
    purge.used('export:');
    expect(refused).toHaveBeenCalledTimes(2);
  });
});

describe('the locks of an application', () => {
  const claim = { ...aTick, name: 'export:5', tick: { kind: 'call' }, keyPrefix: 'export:' } as const;
  const locksOver = () =>
    new TaskLocks(store, clock, log, { replicaId: 'replica-a', claimTimeout: 5_000, exclusive: true });

  test('remove the rows of unused keys while keys are claimed', async () => {
    const locks = locksOver();
    await locks.claim(claim);
    await clock.advance(HOUR);
    await locks.claim(claim);
    expect(purged).toHaveLength(1);
  });

  test('and no more of them when the application stops', async () => {
    store.purge = async (request) => purged.push(request);
    const locks = locksOver();
    await locks.claim(claim);
    await clock.advance(HOUR);
    await locks.claim(claim);
    await clock.advance(1_000);
    const before = purged.length;
    expect(before).toBeGreaterThan(2);
    void locks.stop(0);
    await clock.advance(10_000);
    expect(purged.length).toBeLessThanOrEqual(before + 1);
  });
});
