import { describe, expect, test } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { InMemoryRequestStore } from '../../src/store/memory/memory-request-store.js';
import type { WaitingRequests } from '../../src/store/request-store.js';
import { RequestPoller } from '../../src/requests/poller.js';
import type { RequestedLock } from '../../src/calls/task-call.js';
import { RequestPublisher } from '../../src/requests/publisher.js';
import { whenTransactionEnds } from '../../src/requests/transaction-end.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const TIMEOUT = 1_000;

/** A store that notes when it is polled, and has nothing due. */
class PolledStore extends InMemoryRequestStore {
  readonly polls: number[] = [];

  constructor(private readonly clock: FakeClock) {
    super(
      () => clock.now(),
      () => false,
    );
  }

  override async waiting(): Promise<WaitingRequests[]> {
    this.polls.push(this.clock.monotonic());
    return [];
  }
}

function publishing() {
  const clock = new FakeClock();
  const store = new PolledStore(clock);
  const settings = { pollingInterval: Infinity, timeout: TIMEOUT };
  const poller = new RequestPoller({ requests: store }, clock, recordingLog(), settings);
  poller.runBy({
    tasks: ['task'],
    attempt: async () => ({ succeeded: false }),
    reportUnknown: async () => {},
  });
  const publisher = new RequestPublisher({ requests: store }, poller, clock, TIMEOUT);
  const lock = { task: { name: 'task' } } as RequestedLock;
  return { clock, store, publisher, lock };
}

/** A query runner of the application, as TypeORM has it, in a transaction. */
class OpenRunner {
  depth = 1;
  isReleased = false;

  get isTransactionActive(): boolean {
    return this.depth > 0;
  }

  async commitTransaction(): Promise<void> {
    this.depth--;
  }

  async rollbackTransaction(): Promise<void> {
    this.depth--;
  }

  async release(): Promise<void> {
    this.isReleased = true;
  }
}

function openTransaction() {
  const runner = new OpenRunner();
  return { runner, manager: { queryRunner: runner as unknown } as EntityManager };
}

describe('a request in a transaction', () => {
  test('is polled for at its commit, and not before: it could not be seen', async () => {
    const { clock, store, publisher, lock } = publishing();
    const { runner, manager } = openTransaction();
    await publisher.publish(lock, '[]', { manager });
    await clock.advance(30_000);
    expect(store.polls).toEqual([]);
    await runner.commitTransaction();
    await clock.advance(0);
    expect(store.polls).toEqual([30_000]);
  });

  test('is polled for at the end of the transaction, and not at that of a savepoint', async () => {
    const { clock, store, publisher, lock } = publishing();
    const { runner, manager } = openTransaction();
    runner.depth = 3;
    await publisher.publish(lock, '[]', { manager });
    await runner.commitTransaction();
    await runner.rollbackTransaction();
    await clock.advance(1_000);
    expect(store.polls).toEqual([]);
    await runner.commitTransaction();
    await clock.advance(0);
    expect(store.polls).toEqual([1_000]);
  });

  test('is polled for once the runner is released, where the answer to its commit was lost', async () => {
    const { clock, store, publisher, lock } = publishing();
    const { runner, manager } = openTransaction();
    runner.commitTransaction = async () => {
      throw new Error('Connection terminated unexpectedly');
    };
    await publisher.publish(lock, '[]', { manager });
    await expect(runner.commitTransaction()).rejects.toThrow('Connection terminated');
    await clock.advance(0);
    expect(store.polls).toEqual([]);
    await runner.release();
    await clock.advance(0);
    expect(store.polls).toHaveLength(1);
  });

  test('is polled for once, also where its runner has other transactions later', async () => {
    const { runner, manager } = openTransaction();
    const ends: number[] = [];
    for (const nth of [1, 2, 3]) {
      runner.depth = 1;
      whenTransactionEnds(manager.queryRunner, () => ends.push(nth));
      whenTransactionEnds(manager.queryRunner, () => ends.push(nth));
      await runner.commitTransaction();
    }
    await runner.release();
    expect(ends).toEqual([1, 1, 2, 2, 3, 3]);
  });

  test('is polled for when it is due, where the transaction has ended before', async () => {
    const { clock, store, publisher, lock } = publishing();
    const { runner, manager } = openTransaction();
    await publisher.publish(lock, '[]', { delay: 5_000, manager });
    await runner.commitTransaction();
    await clock.advance(4_999);
    expect(store.polls).toEqual([]);
    await clock.advance(1);
    expect(store.polls).toEqual([5_000]);
  });
});

test('a request in no transaction is polled for at once', async () => {
  const { clock, store, publisher, lock } = publishing();
  await publisher.publish(lock, '[]');
  await clock.advance(0);
  expect(store.polls).toEqual([0]);
});
