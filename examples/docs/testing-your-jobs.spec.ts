import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { TaskLockModule } from 'nestjs-task-lock';
import {
  attachTaskLock,
  conformanceScenarios,
  InMemoryLockStore,
  LOCK_CLOCK,
  LOCK_STORE,
  ManualClock,
  TaskLockTestingModule,
} from 'nestjs-task-lock/testing';
import type { DataSource } from 'typeorm';
import { Counts } from './counts.js';
import { Invoices, Mailer } from './invoices.js';

const mailer = { send: jest.fn<Mailer['send']>() };
const providers = [Invoices, { provide: Mailer, useValue: mailer }];

const opened: TestingModule[] = [];
afterEach(async () => {
  for (const module of opened.splice(0)) await module.close();
  mailer.send.mockReset();
});

@Module({ imports: [ScheduleModule.forRoot(), TaskLockModule.forRoot()], providers })
class AppModule {}

// #region attach
test('sends the invoices', async () => {
  const invoices = attachTaskLock(new Invoices(mailer));
  expect(await invoices.sendInvoices()).toBe('sent');
});
// #endregion attach

// #region module
test('sends the invoices once, whoever calls', async () => {
  const module = await Test.createTestingModule({ imports: [TaskLockTestingModule], providers }).compile();
  const invoices = module.get(Invoices);
  const calls = [invoices.sendInvoices(), invoices.sendInvoices()];
  expect(await Promise.all(calls)).toEqual(['sent', undefined]); // the second one is skipped
  await module.close();
});
// #endregion module

// #region clock
test('sends the invoices every hour', async () => {
  const clock = new ManualClock('2026-01-01T00:00:00Z');
  const module = await Test.createTestingModule({
    imports: [ScheduleModule.forRoot(), TaskLockTestingModule.forRoot({ clock })],
    providers,
  }).compile();
  await module.init(); // the schedule starts
  await clock.advance('2h');
  expect(mailer.send.mock.calls).toEqual([
    [new Date('2026-01-01T01:00:00Z')],
    [new Date('2026-01-01T02:00:00Z')],
  ]);
  await module.close();
});
// #endregion clock

// #region long
test('stops a run at its maximum hold', async () => {
  const clock = new ManualClock('2026-01-01T00:00:00Z');
  mailer.send.mockImplementation(() => clock.sleep('6h')); // the maximum hold is 5 × 1 h
  const invoices = attachTaskLock(new Invoices(mailer), { clock });
  const sending = expect(invoices.sendInvoices()).rejects.toThrow('maximum hold');
  await clock.advance('6h');
  await sending;
});
// #endregion long

// #region replicas
describe('two replicas', () => {
  async function replica(clock: ManualClock, store: InMemoryLockStore) {
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), TaskLockTestingModule.forRoot({ clock, store })],
      providers,
    }).compile();
    opened.push(module); // afterEach closes it
    await module.init();
  }

  test('send the invoices once an hour', async () => {
    const clock = new ManualClock('2026-01-01T00:00:00Z');
    const store = new InMemoryLockStore(() => clock.now());
    await replica(clock.replica(), store);
    await replica(clock.replica(), store);
    await clock.advance('1d');
    expect(mailer.send).toHaveBeenCalledTimes(24);
  });

  test('one goes on while the other is paused', async () => {
    const clock = new ManualClock('2026-01-01T00:58:00Z');
    const store = new InMemoryLockStore(() => clock.now());
    const [one, other] = [clock.replica(), clock.replica()];
    await replica(one, store);
    await replica(other, store);
    one.pause();
    await clock.advance('2m');
    expect(mailer.send.mock.calls).toEqual([[new Date('2026-01-01T01:00:00Z')]]);
    await one.resume(); // its timer is late, and the tick is done already
    expect(mailer.send).toHaveBeenCalledTimes(1);
  });
});
// #endregion replicas

// #region paused
test('a replica that is paused in the middle of a run commits nothing', async () => {
  const clock = new ManualClock('2026-01-01T00:59:30Z');
  const store = new InMemoryLockStore(() => clock.now());
  const committed: string[] = [];

  async function replica(name: string) {
    const own = clock.replica();
    const manager = { query: () => own.sleep('1m') }; // a query takes a minute
    const transaction = async (_isolation: string, work: (mock: typeof manager) => Promise<unknown>) => {
      await work(manager); // rejects if the run has lost its lock
      committed.push(name);
    };
    const dataSource = { transaction } as unknown as DataSource;
    const module = await Test.createTestingModule({
      imports: [ScheduleModule.forRoot(), TaskLockTestingModule.forRoot({ clock: own, store, dataSource })],
      providers: [Counts],
    }).compile();
    opened.push(module);
    await module.init();
    return own;
  }

  const one = await replica('one');
  await clock.advance('1m'); // 01:00:30: it is in the middle of its query
  one.pause();
  await replica('other');
  await clock.advance('2h'); // the lease of `one` is over, and `other` runs at 02:00 and 03:00
  await one.resume(); // its query is done, and its lock is lost
  await clock.advance('1m'); // the run of 03:00 ends
  expect(committed).toEqual(['other', 'other']);
});
// #endregion paused

// #region application
test('the whole application', async () => {
  const clock = new ManualClock('2026-01-01T00:00:00Z');
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(LOCK_STORE)
    .useValue(new InMemoryLockStore(() => clock.now()))
    .overrideProvider(LOCK_CLOCK)
    .useValue(clock)
    .compile();
  await module.init();
  await clock.advance('1h');
  expect(mailer.send).toHaveBeenCalledTimes(1);
  await module.close();
});
// #endregion application

// #region conformance
describe('my store', () => {
  test.each(conformanceScenarios)('$rule: $name', async ({ run }) => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const store = new InMemoryLockStore(() => now); // yours
    await run({
      store,
      now: async () => now,
      advance: async (milliseconds) => void (now += milliseconds),
      row: async (name) => store.row(name),
    });
  });
});
// #endregion conformance
