import { describe, expect, test } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { InMemoryRequestStore } from '../../src/store/memory/memory-request-store.js';
import type { WaitingRequests, WaitingSearch } from '../../src/store/request-store.js';
import { RequestPoller } from '../../src/requests/poller.js';
import type { RequestedLock } from '../../src/calls/task-call.js';
import { RequestPublisher } from '../../src/requests/publisher.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const PATIENCE = 1_000;

/** A store that notes when it is looked at. */
class LookedAtStore extends InMemoryRequestStore {
  readonly looks: number[] = [];

  constructor(private readonly clock: FakeClock) {
    super(
      () => clock.now(),
      () => false,
    );
  }

  override async waiting(search: WaitingSearch): Promise<WaitingRequests[]> {
    this.looks.push(this.clock.monotonic());
    return super.waiting(search);
  }
}

function publishing() {
  const clock = new FakeClock();
  const store = new LookedAtStore(clock);
  const settings = { pollingInterval: Infinity, patience: PATIENCE };
  const watch = new RequestPoller(store, clock, recordingLog(), settings);
  watch.serveBy({
    tasks: ['task'],
    serve: async () => ({ progressed: false }),
    lookForUnknown: async () => {},
  });
  const publisher = new RequestPublisher(store, watch, clock, PATIENCE);
  const lock = { task: { name: 'task' } } as RequestedLock;
  return { clock, store, publisher, lock };
}

/** A transaction of the application, as TypeORM shows it. */
function openTransaction() {
  const queryRunner = { isTransactionActive: true, isReleased: false };
  return { queryRunner, manager: { queryRunner } as EntityManager };
}

describe('a request in a transaction', () => {
  test('is looked for when that has ended, and not before: it could not be seen', async () => {
    const { clock, store, publisher, lock } = publishing();
    const { queryRunner, manager } = openTransaction();
    await publisher.add(lock, '[]', { manager });
    await clock.advance(30_000);
    expect(store.looks).toEqual([]);
    queryRunner.isTransactionActive = false;
    await clock.advance(50);
    expect(store.looks).toHaveLength(1);
  });

  test('is looked for when it is due, where the transaction has ended before', async () => {
    const { clock, store, publisher, lock } = publishing();
    const { queryRunner, manager } = openTransaction();
    await publisher.add(lock, '[]', { delay: 5_000, manager });
    queryRunner.isTransactionActive = false;
    await clock.advance(4_999);
    expect(store.looks).toEqual([]);
    await clock.advance(1);
    expect(store.looks).toEqual([5_000]);
  });
});

test('a request in no transaction is looked for at once', async () => {
  const { clock, store, publisher, lock } = publishing();
  await publisher.add(lock, '[]');
  await clock.advance(0);
  expect(store.looks).toEqual([0]);
});
