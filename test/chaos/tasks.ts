/** What the method of a task does. */
export type Body =
  /** Takes so many milliseconds, and has its effect at the end. */
  | { kind: 'pause'; takes: number }
  /** Has an effect every 50 ms until so many milliseconds have passed, or its signal aborts. */
  | { kind: 'effects'; takes: number }
  /** Reads, waits, writes and waits in a transaction, before it commits. */
  | { kind: 'transaction'; takes: number };

/** A task, as the checker knows it: said a second time, for it must not ask the lock. All times are milliseconds. */
export interface ChaosTask {
  name: string;
  schedule: 'cron' | 'interval';
  every: number;
  body: Body;
  /** How long a run that died blocks its task at most. */
  lease: number;
  maxHold?: number;
  recover?: boolean;
}

const SECOND = 1_000;
/** Of all tasks here: their minimum hold is shorter, and no lease is derived that is shorter than this. */
export const LEASE = 5 * SECOND;

const everySecond = { schedule: 'cron', every: SECOND, lease: LEASE } as const;
const everyOther = { schedule: 'cron', every: 2 * SECOND, lease: LEASE, maxHold: 20 * SECOND } as const;

/** Each kind under several names: a fault should meet runs of every kind. */
export const TASKS: readonly ChaosTask[] = [
  ...copies(2, { ...everySecond, name: 'empty', body: { kind: 'pause', takes: 0 } }),
  ...copies(2, { ...everySecond, name: '50 ms', body: { kind: 'pause', takes: 50 } }),
  ...copies(2, { ...everySecond, name: '200 ms', body: { kind: 'pause', takes: 200 } }),
  ...copies(2, { ...everySecond, name: 'longer than its interval', body: { kind: 'pause', takes: 1_500 } }),
  ...copies(1, {
    ...everySecond,
    name: 'interval',
    schedule: 'interval',
    body: { kind: 'pause', takes: 100 },
  }),
  // Long enough to have work left after a stop past its lease.
  ...copies(2, { ...everyOther, name: 'longer than its lease', body: { kind: 'effects', takes: 12_000 } }),
  ...copies(2, { ...everySecond, name: 'recovered', recover: true, body: { kind: 'pause', takes: 700 } }),
  // Longer than a shutdown waits, so that some are aborted by it.
  ...copies(2, {
    ...everyOther,
    name: 'recovered, long',
    recover: true,
    body: { kind: 'effects', takes: 3_000 },
  }),
  ...copies(3, { ...everySecond, name: 'transaction', body: { kind: 'transaction', takes: 600 } }),
];

function copies(count: number, task: ChaosTask): ChaosTask[] {
  return Array.from({ length: count }, (_, copy) => ({ ...task, name: `${task.name}, ${copy + 1}` }));
}
