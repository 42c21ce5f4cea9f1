import type { DataSource } from 'typeorm';
import { CallDispatcher } from '../calls/call-dispatcher.js';
import { FencedTransactions } from '../calls/fenced-transactions.js';
import { LeftBehindTicks } from '../calls/left-behind-ticks.js';
import { Leaders } from '../calls/leaders.js';
import { LockAcquirer } from '../calls/lock-acquirer.js';
import { TaskMethods } from '../calls/task-methods.js';
import { TaskLockInterceptor } from '../calls/task-lock.interceptor.js';
import { TriggerRunner } from '../calls/trigger-runner.js';
import type { LockClock } from '../common/clock.js';
import type { LockLog } from '../common/log.js';
import { VERSION } from '../common/version.js';
import { EventHub } from '../lock/event-hub.js';
import { TaskLocks } from '../lock/task-locks.js';
import { HistoryPrune } from '../operate/history-prune.js';
import { Operating } from '../operate/operating.js';
import type { OperatingPart } from '../operate/operating.js';
import { TaskDeclarer } from '../operate/task-declarer.js';
import { Triggers } from '../operate/triggers.js';
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

/** A declaration, and the look for its tables, take several statements. Nobody waits for them. */
const OPERATING_TIMEOUTS = 4;

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
  const events = new EventHub(clock, log, () => clockCheck.offset);
  const clockCheck: ClockCheck = new ClockCheck(clock, log, (offsetMs) => {
    if (events.wants('clock-skewed'))
      events.publish({ type: 'clock-skewed', at: new Date(clock.now()), offsetMs });
  });
  const remote = store.batches ? new BatchingStore(store, clockCheck) : store;
  const history = settings.history ? store.operator : undefined;
  const locks = new TaskLocks(remote, clock, log, { ...settings, exclusive: enabled, history }, events);
  const registry = new TaskRegistry(settings, values, scheduler, log, clock);

  const poller = new RequestPoller(store, clock, log, { pollingInterval, timeout: claimTimeout });
  const publisher = new RequestPublisher(store, poller, clock, claimTimeout);
  const settler = new RequestSettler(store, poller, clock, log, claimTimeout);

  const transactions = new FencedTransactions(dataSource, store);
  const interceptor = new TaskLockInterceptor(locks, transactions, poller, events);
  const acquirer = new LockAcquirer(locks, transactions, poller);
  const leaders = new Leaders(registry, { locks, transactions, clock, log });
  const leftBehind = new LeftBehindTicks(locks);
  const methods = new TaskMethods(registry);
  const runner = new RequestRunner(interceptor, settler, poller, store, clock, leftBehind, methods, settings);
  const requesting = new RequestingInterceptor(interceptor, publisher, settler, clock);
  const dispatcher = new CallDispatcher(registry, requesting, interceptor, clock, log, scheduler);
  const triggered = new TriggerRunner(methods, interceptor, leftBehind, clock, log, settings);
  const operating = operatingOf(store.operator, { registry, leaders, triggered, settings, clock, log });
  return {
    settings,
    store,
    events,
    locks,
    registry,
    poller,
    publisher,
    interceptor,
    acquirer,
    leaders,
    leftBehind,
    runner,
    dispatcher,
    operating,
  };
}

/** What is done for operators; nothing where the store has no place for it. */
function operatingOf(
  store: OperatorStore | undefined,
  {
    registry,
    leaders,
    triggered,
    settings,
    clock,
    log,
  }: { registry: TaskRegistry; leaders: Leaders; triggered: TriggerRunner } & Pick<
    CoreInput,
    'settings' | 'clock' | 'log'
  >,
): { background: Operating; triggers: Triggers } | undefined {
  if (!store) return undefined;
  const { application, replicaId, history, operatorPolling, claimTimeout: timeout } = settings;
  const triggers = new Triggers(store, triggered, clock, log, { replicaId, operatorPolling, timeout });
  const parts: OperatingPart[] = [new HistoryPrune(store, clock, log), triggers];
  if (history) {
    const declaration = { application, replica: replicaId, version: VERSION };
    const tasks = () => [...registry.declaredTasks(), ...leaders.declared];
    parts.push(new TaskDeclarer(store, tasks, declaration, clock, log, OPERATING_TIMEOUTS * timeout));
  }
  return { background: new Operating(store, parts, clock, log, OPERATING_TIMEOUTS * timeout), triggers };
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
