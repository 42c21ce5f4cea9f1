import { describe, expect, test } from '@jest/globals';
import { Injectable, Scope } from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader } from '@nestjs/core';
import { Cron, SchedulerRegistry } from '@nestjs/schedule';
import { TaskLock, TaskLockService } from '../../src/index.js';
import { attachTaskLock, InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

describe('a request-scoped provider', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Exports {
    constructor(private readonly journal: Journal) {}

    @TaskLock('export')
    async export(): Promise<string> {
      this.journal.write();
      return 'exported';
    }

    @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
    @TaskLock('yearly export')
    async yearly(): Promise<string> {
      this.journal.write();
      return 'exported';
    }
  }

  test('runs the methods of each of its instances under the lock', async () => {
    const application = await startApplication({ providers: [Exports, Journal] });
    for (let request = 1; request <= 2; request++) {
      const exports = await application.resolve(Exports, ContextIdFactory.create());
      expect(await exports.export()).toBe('exported');
    }
    expect(application.get(Journal).of('export')).toHaveLength(2);
    expect(application.get(Journal).unlocked).toBe(0);
  });

  test('has no ticks: the scheduler does not fire it, and its calls are direct ones', async () => {
    const store = new InMemoryLockStore();
    const log = new CapturedLog();
    const application = await startApplication({
      providers: [Exports, Journal],
      options: { store },
      logger: log,
    });
    expect(application.get(SchedulerRegistry).getCronJobs().size).toBe(0);
    for (let request = 1; request <= 2; request++) {
      const exports = await application.resolve(Exports, ContextIdFactory.create());
      expect(await exports.yearly()).toBe('exported');
    }
    expect(store.row('yearly export')?.lastTick).toBe(-Infinity);
  });
});

describe('a transient provider', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Exports {
    constructor(private readonly journal: Journal) {}

    @TaskLock('export')
    async export(): Promise<string> {
      this.journal.write();
      return 'exported';
    }

    @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
    @TaskLock('yearly export')
    async yearly(): Promise<string> {
      return 'exported';
    }
  }

  @Injectable()
  class Orders {
    constructor(readonly exports: Exports) {}
  }

  @Injectable()
  class Invoices {
    constructor(readonly exports: Exports) {}
  }

  test('runs the methods of each of its instances under one lock, directly', async () => {
    const store = new InMemoryLockStore();
    const log = new CapturedLog();
    const application = await startApplication({
      providers: [Exports, Orders, Invoices, Journal],
      options: { store },
      logger: log,
    });
    const orders = application.get(Orders).exports;
    const invoices = application.get(Invoices).exports;
    expect(orders).not.toBe(invoices);
    expect(await orders.export()).toBe('exported');
    expect(await invoices.export()).toBe('exported');
    expect(application.get(Journal).of('export')).toHaveLength(2);
    expect(await orders.yearly()).toBe('exported');
    expect(await invoices.yearly()).toBe('exported');
    expect(store.row('yearly export')?.lastTick).toBe(-Infinity);
    expect(log.warnings).toEqual([
      'Exports.export belongs to a transient provider: its instances share one lock.',
      expect.stringContaining(
        'Exports.yearly belongs to a transient provider: the scheduler fires it on an object',
      ),
    ]);
  });
});

test('a class of a module that is loaded later is called directly', async () => {
  @Injectable()
  class Exports {
    @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
    @TaskLock('yearly export')
    async yearly(): Promise<string> {
      return 'exported';
    }
  }
  class LateModule {}
  const store = new InMemoryLockStore();
  const application = await startApplication({ options: { store } });
  const late = await application
    .get(LazyModuleLoader)
    .load(() => ({ module: LateModule, providers: [Exports] }));
  expect(await late.get(Exports).yearly()).toBe('exported');
  expect(await late.get(Exports).yearly()).toBe('exported');
  expect(store.row('yearly export')?.lastTick).toBe(-Infinity);
});

test('a task of a module that is loaded later is known by its name, and can be requested', async () => {
  @Injectable()
  class Late {
    ran = new Gate();

    @TaskLock('late')
    async late(): Promise<void> {
      this.ran.open();
    }
  }
  class LateModule {}
  const application = await startApplication({});
  const service = application.get(TaskLockService);
  await expect(service.run('late', () => 'ran')).rejects.toThrow(
    "no method is decorated with @TaskLock('late')",
  );
  const late = await application
    .get(LazyModuleLoader)
    .load(() => ({ module: LateModule, providers: [Late] }));
  expect(await service.run('late', () => 'ran')).toEqual({ status: 'executed', value: 'ran' });
  await service.request('late');
  await late.get(Late).ran.opened;
});

test.each([
  ['freezes', Object.freeze],
  ['seals', Object.seal],
])('a class whose constructor %s its instance is named, and cannot be given a lock', async (_, close) => {
  @Injectable()
  class Closed {
    constructor() {
      close(this);
    }

    @TaskLock('closed')
    async closed(): Promise<void> {}
  }
  const message =
    'Closed has a method with @TaskLock, and its instance is frozen or sealed: it cannot be given its lock. Leave out ' +
    'Object.freeze(this), or freeze what the instance holds.';
  await expect(startApplication({ providers: [Closed] })).rejects.toThrow(message);
  const made = { provide: Closed, useFactory: () => new Closed() };
  await expect(startApplication({ providers: [made] })).rejects.toThrow(message);
  expect(() => attachTaskLock(new Closed())).toThrow(message);
  @Injectable()
  class Closing {
    @Cron(YEARLY)
    @TaskLock('closing')
    async closing(): Promise<void> {}

    onModuleInit(): void {
      close(this);
    }
  }
  await expect(startApplication({ providers: [Closing] })).rejects.toThrow(
    message.replace('Closed', 'Closing'),
  );
});

test('an instance that is a proxy is ticked and called as any other', async () => {
  @Injectable()
  class Exports {
    constructor(private readonly journal: Journal) {}

    @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
    @TaskLock('yearly export')
    async yearly(): Promise<string> {
      this.journal.write();
      return 'exported';
    }
  }
  const store = new InMemoryLockStore();
  const proxied = {
    provide: Exports,
    useFactory: (journal: Journal) => new Proxy(new Exports(journal), {}),
    inject: [Journal],
  };
  const application = await startApplication({ providers: [proxied, Journal], options: { store } });
  expect(await application.get(Exports).yearly()).toBe('exported');
  expect(store.row('yearly export')?.lastTick).toBe(-Infinity);
  await fireTick(application, 'yearly');
  expect(store.row('yearly export')?.lastTick).toBe(THIS_JANUARY);
  expect(await application.get(Exports).yearly()).toBe('exported');
  expect(application.get(Journal).unlocked).toBe(0);
});
