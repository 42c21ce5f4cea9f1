import type { DataSource } from 'typeorm';
import { CallDispatcher } from '../calls/call-dispatcher.js';
import { FencedTransactions } from '../calls/fenced-transactions.js';
import { LeftBehindTicks } from '../calls/left-behind-ticks.js';
import { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import { VERSION } from '../common/version.js';
import { TaskLocks } from '../lock/task-locks.js';
import { HistoryPrune } from '../operate/history-prune.js';
import { Operating } from '../operate/operating.js';
import type { OperatingPart } from '../operate/operating.js';
import { TaskDeclarer } from '../operate/task-declarer.js';
import { RequestPoller } from '../requests/poller.js';
import { RequestPublisher } from '../requests/publisher.js';
import { RequestingInterceptor } from '../requests/requesting-interceptor.js';
import { RequestRunner } from '../requests/runner.js';
import { RequestSettler } from '../requests/settler.js';
import { BatchingStore } from '../store/batching-store.js';
import { ClockCheck } from '../store/clock-check.js';
import type { LockStore } from '../store/lock-store.js';
import type { OperatorStore } from '../store/operator-store.js';
import { UnlockedStore } from '../store/memory/unlocked-store.js';
import { PostgresLockStore } from '../store/postgres/postgres-lock-store.js';
import { TaskRegistry } from '../tasks/registry.js';
import type { Scheduler } from '../tasks/scheduler.js';
import type { ConfigValues } from '../tasks/settings/placeholders.js';
import type { ModuleSettings } from '../tasks/settings/module-settings.js';

/** What the parts are made of. */
export interface CoreInput {
  settings: ModuleSettings;
  /** Where placeholders find their values. */
  values: ConfigValues;
  store: LockStore;
  clock: LockClock;
  log: LockLog;
  /** Called at the first transaction: applications may bring their data source up later than this. */
  dataSource: () => DataSource;
  scheduler: Scheduler;
}

/** All that locks and runs tasks, without the container that finds them. */
export type TaskLockCore = ReturnType<typeof createTaskLockCore>;

/** Wires the parts: for the module, for `attachTaskLock`, and for simulated replicas alike. */
export function createTaskLockCore({
  settings,
  values,
  store,
  clock,
  log,
  dataSource,
  scheduler,
}: CoreInput) {
  const { claimTimeout, pollingInterval, enabled } = settings;
  const remote = store.batches ? new BatchingStore(store, new ClockCheck(clock, log)) : store;
  const locks = new TaskLocks(remote, clock, log, { ...settings, exclusive: enabled });
  const registry = new TaskRegistry(settings, values, scheduler, log, clock);

  const poller = new RequestPoller(store, clock, log, { pollingInterval, timeout: claimTimeout });
  const publisher = new RequestPublisher(store, poller, clock, claimTimeout);
  const settler = new RequestSettler(store, poller, clock, log, claimTimeout);

  const transactions = new FencedTransactions(dataSource, store);
  const interceptor = new TaskLockInterceptor(locks, transactions, poller);
  const leftBehind = new LeftBehindTicks(locks);
  const runner = new RequestRunner(
    interceptor,
    settler,
    poller,
    store,
    clock,
    leftBehind,
    registry,
    settings,
  );
  const requesting = new RequestingInterceptor(interceptor, publisher, settler, clock);
  const dispatcher = new CallDispatcher(registry, requesting, interceptor, clock, log, scheduler);
  const operating = operatingOf(store.operator, registry, settings, clock, log);
  return {
    settings,
    store,
    locks,
    registry,
    poller,
    publisher,
    interceptor,
    leftBehind,
    runner,
    dispatcher,
    operating,
  };
}

/** What is done for operators in the background; nothing where the store has no place for it. */
function operatingOf(
  store: OperatorStore | undefined,
  registry: TaskRegistry,
  { application, replicaId: replica, history, claimTimeout }: ModuleSettings,
  clock: LockClock,
  log: LockLog,
): Operating | undefined {
  if (!store) return undefined;
  const parts: OperatingPart[] = [new HistoryPrune(store, clock, log)];
  if (history) {
    const declaration = { application, replica, version: VERSION };
    parts.push(
      new TaskDeclarer(store, () => registry.declaredTasks(), declaration, clock, log, claimTimeout),
    );
  }
  return new Operating(store, parts, clock, log, claimTimeout);
}

/** The store that the module's options ask for. */
export function storeFor(
  settings: ModuleSettings,
  clock: LockClock,
  dataSource: () => DataSource,
  log: LockLog,
): LockStore {
  if (!settings.enabled) return new UnlockedStore(clock);
  if (settings.store) return settings.store;
  const { schema, table, claimTimeout, preparedStatements } = settings;
  // Longer than the claim itself waits: a late answer may be a win that has to be returned.
  const options = { schema, table, preparedStatements, answerTimeout: 2 * claimTimeout };
  return new PostgresLockStore(dataSource, options, clock, log);
}
