import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import {
  CatalogueImport,
  EditingSessions,
  Products,
  WaitingImport,
} from '../../examples/docs/holding-a-lock.js';
import {
  OrderEvents,
  OrderProjector,
  PriceFeed,
  PriceFeedClient,
} from '../../examples/docs/leader-election.js';
import { TaskLockService } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { Gate } from '../support/gate.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

/** Two replicas of an application. */
async function replicas(...providers: Provider[]) {
  const store = new InMemoryLockStore();
  const transaction = async (_level: string, work: (manager: unknown) => Promise<unknown>) => work({});
  const dataSource = { options: { type: 'postgres' }, transaction } as unknown as DataSource;
  const start = () => startApplication({ providers, options: { store, dataSource } });
  return [await start(), await start()] as const;
}

describe('the page on holding a lock', () => {
  test('imports on one replica at a time, and releases also where the import fails', async () => {
    const gate = new Gate();
    const saved: string[][] = [];
    const products: Products = {
      async *pages() {
        yield ['first'];
        await gate.opened;
        yield ['second'];
      },
      save: async (page) => {
        saved.push(page);
        if (saved.length === 4) throw new Error('no disk');
      },
    };
    const [one, other] = await replicas(CatalogueImport, { provide: Products, useValue: products });
    const importing = one.get(CatalogueImport).import();
    await until(() => saved.length === 1);
    expect(await other.get(CatalogueImport).import()).toBe('busy');
    gate.open();
    expect(await importing).toBe('imported');
    await expect(other.get(CatalogueImport).import()).rejects.toThrow('no disk');
    expect(await one.get(CatalogueImport).import()).toBe('imported');
  });

  test('lets one user edit a document until it is closed', async () => {
    const [one, other] = await replicas(EditingSessions);
    const [mine, theirs] = [one.get(EditingSessions), other.get(EditingSessions)];
    expect([await mine.open('a'), await theirs.open('a'), await theirs.open('b')]).toEqual([
      true,
      false,
      true,
    ]);
    await mine.close('a');
    expect(await theirs.open('a')).toBe(true);
    await Promise.all([theirs.close('a'), theirs.close('b')]);
  });

  test('waits for the lock', async () => {
    const saved: string[][] = [];
    const products = { pages: async function* () {}, save: async (page: string[]) => void saved.push(page) };
    const [one, other] = await replicas(WaitingImport, { provide: Products, useValue: products });
    const lock = await other.get(TaskLockService).acquire('catalogue-import', {});
    const replacing = one.get(WaitingImport).replace(['new']);
    await lock!.release();
    await replacing;
    expect(saved).toEqual([['new']]);
  });
});

describe('the page on leader election', () => {
  test('projects on one replica, and on the other once it shuts down', async () => {
    const projecting: number[] = [];
    const eventsOf = (replica: number): OrderEvents => ({
      project: async () => {
        projecting.push(replica);
        return 0;
      },
      more: async (signal) => {
        if (!signal.aborted) await once(signal, 'abort');
      },
    });
    let replica = 0;
    const events = { provide: OrderEvents, useFactory: () => eventsOf(++replica) };
    const [one] = await replicas(OrderProjector, events);
    await until(() => projecting.length > 0);
    expect(projecting).toEqual([1]);
    await one.close();
    await until(() => projecting.length > 1);
    expect(projecting).toEqual([1, 2]);
  });

  test('connects one replica to the feed, and the other once it stops', async () => {
    const calls: string[] = [];
    const feed: PriceFeed = {
      connect: async () => void calls.push('connect'),
      disconnect: async () => void calls.push('disconnect'),
    };
    const [one, other] = await replicas(PriceFeedClient, { provide: PriceFeed, useValue: feed });
    await until(() => calls.length > 0);
    expect([one, other].map((each) => each.get(PriceFeedClient).isConnectedHere)).toEqual([true, false]);
    await one.get(PriceFeedClient).onModuleDestroy();
    await until(() => other.get(PriceFeedClient).isConnectedHere);
    expect(calls).toEqual(['connect', 'disconnect', 'connect']);
  });
});
