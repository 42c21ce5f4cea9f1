/** When a task is due, said a second time for the checker: it must not ask the lock, nor the code under test. */
export type DueRule =
  /** At every instant that is a multiple of `every` milliseconds. */
  | { by: 'cron'; every: number }
  /** `every` milliseconds after the last run. */
  | { by: 'interval'; every: number }
  /** At the instants that the demo announced to all replicas. */
  | { by: 'announcement'; every: number };

export interface DemoTask {
  name: string;
  /** What is special about it, in a few words. */
  kind: string;
  due: DueRule;
}

/** How long a killed run blocks its task: every task here has a maximum hold of 5 s. */
export const LEASE = 5_000;

/** What the placeholder `${demo.refreshEvery:4s}` of one task finds in the environment. */
export const REFRESH_EVERY = { DEMO_REFRESH_EVERY: '2s' };

/** The task whose run is killed: it is long enough to be met in the middle. */
export const LONG_TASK = { name: 'long', takes: 3_000 };

/** The task that is paused for a while, by the command line: it ticks often enough to miss some. */
export const PAUSE = { task: 'quick', by: 'demo', reason: 'its table is rebuilt', lasts: 3_000 };

/** How often each replica calls the debounced task in a burst. */
export const CALLS_A_BURST = 10;

export const TASKS: readonly DemoTask[] = [
  { name: 'quick', kind: '@Cron each second', due: { by: 'cron', every: 1_000 } },
  { name: LONG_TASK.name, kind: '@Cron every 2 s, and takes 3 s', due: { by: 'cron', every: 2_000 } },
  { name: 'fails', kind: '@Cron every 3 s, and throws', due: { by: 'cron', every: 3_000 } },
  {
    name: 'refresh',
    kind: '@Interval(500), and runs as often as DEMO_REFRESH_EVERY=2s in the environment says',
    due: { by: 'interval', every: 2_000 },
  },
  {
    name: 'announced',
    kind: 'TaskLockService.run, no decorator: every 5 s all replicas are told the same instant',
    due: { by: 'announcement', every: 5_000 },
  },
];
