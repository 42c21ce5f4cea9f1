import { TaskLockOperatorError } from '../operate/operator-errors.js';
import { TaskLockOperator } from '../operate/task-lock-operator.js';
import type { LockClock } from '../common/clock.js';
import type { TaskActionEvent } from '../lock/events.js';
import type { ActionKind, OperatorStore } from '../store/operator-store.js';
import type { TaskLockCore } from './core.js';

/** What an action is called once it has happened. */
const EVENTS = {
  pause: 'paused',
  resume: 'resumed',
  trigger: 'triggered',
  cancel: 'cancelled',
  release: 'released',
  forget: 'forgotten',
} as const satisfies Record<ActionKind, TaskActionEvent['type']>;

/** The operator of an application: what it triggers runs here where the application has the method. */
export function operatorOf(core: TaskLockCore, clock: LockClock): TaskLockOperator {
  const { events, operating, poller, settings } = core;
  return new TaskLockOperator(
    operatorStoreOf(core),
    {
      overdueAfter: settings.overdueAfter,
      runHere: (trigger, wait) => operating?.triggers.runHere(trigger, wait),
      resumed: () => poller.resumed(),
      acted: ({ action, name, key, by, reason }) => {
        const type = EVENTS[action];
        if (events.wants(type)) events.publish({ type, name, key, at: new Date(clock.now()), by, reason });
      },
    },
    clock,
  );
}

/** Where an application keeps what operators see. */
export function operatorStoreOf(core: TaskLockCore): OperatorStore {
  return core.store.operator ?? withoutOperator(core);
}

/** Rejects every call: a provider that threw would keep applications from starting that never use it. */
function withoutOperator({ settings, store }: TaskLockCore): OperatorStore {
  const problem = settings.enabled
    ? `a store with \`operator\` is needed, and ${store.constructor.name} has none: nothing is recorded, and nobody can ` +
      'steer. Give the store an OperatorStore; one that wraps another store passes it on.'
    : 'there is nothing to see: TaskLockModule has enabled: false, so that nothing is locked or recorded.';
  const reject = (): Promise<never> =>
    Promise.reject(new TaskLockOperatorError({ kind: 'refused', problem }));
  return new Proxy({}, { get: () => reject }) as OperatorStore;
}
