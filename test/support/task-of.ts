import type { TaskState } from '../../src/operate/operator-types.js';

/** A task that is idle and has never run, as the service tells it. */
export function taskOf(state: Partial<TaskState> = {}): TaskState {
  return {
    name: 'clean-up',
    application: null,
    member: 'Jobs.cleanUp',
    schedule: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    interval: 86_400_000,
    minHold: 77_760_000,
    maxHold: 432_000_000,
    state: 'idle',
    running: null,
    lastRun: null,
    lastSuccessAt: null,
    failuresInARow: 0,
    nextDue: null,
    overdueByMs: null,
    paused: null,
    requests: { waiting: 0, parked: 0 },
    ...state,
  };
}
