import type { Commit, Evidence, Fault } from './evidence.js';
import type { JournalLine } from './journal.js';
import type { ChaosTask } from './tasks.js';

export const SECOND = 1_000;
/** The first tick of every journal that is made by hand. */
export const NOON = Date.UTC(2026, 2, 1, 12);
/** How many ticks there are, unless a test leaves some out. */
export const TICKS = 40;
const TAKES = 200;

/** A task each second, with a lease of five. */
export const aTask: ChaosTask = {
  name: 'task',
  schedule: 'cron',
  every: SECOND,
  lease: 5 * SECOND,
  body: { kind: 'pause', takes: TAKES },
};

/** One run, as its replica would write it down. Times are milliseconds from noon. */
export interface HandMadeRun {
  /** The scheduled instant. */
  tick: number;
  replica?: string;
  fence?: number;
  /** When it started, with as much of its timers as is usual. */
  start?: number;
  recovering?: boolean;
  /** Its effects: when, and how far the process had been through its timers; that is 40 ms before, usually. */
  effects?: (number | { at: number; turn: number })[];
  aborted?: number;
  /** None: its replica died in the middle. */
  end?: number | 'never';
  startTurn?: number;
}

export function linesOfRun(run: HandMadeRun): JournalLine[] {
  const {
    tick,
    replica = 'a',
    fence = tick / SECOND + 1,
    start = tick + 10,
    recovering = false,
    aborted,
  } = run;
  const { end = start + TAKES, effects = [start + TAKES - 1], startTurn = start - 40 } = run;
  const key = { task: aTask.name, run: `${replica}/${fence}/${start}` };
  const at = (time: number, turn = time - 40) => ({ replica, at: NOON + time, turn: NOON + turn });
  const lines: JournalLine[] = [
    {
      ...at(start, startTurn),
      event: 'start',
      ...key,
      tick: NOON + tick,
      fence: String(fence),
      recovering,
    },
    ...effects.map((effect): JournalLine => {
      const time = typeof effect === 'number' ? at(effect) : at(effect.at, effect.turn);
      return { ...time, event: 'effect', ...key };
    }),
  ];
  if (aborted !== undefined) lines.push({ ...at(aborted), event: 'aborted', ...key, reason: 'lease' });
  if (end !== 'never') lines.push({ ...at(end), event: 'end', ...key });
  return lines;
}

/** Evidence of a task that ran well at every tick but those that are left out; the runs given are added. */
export function evidenceOf({
  without = [],
  runs = [],
  faults = [],
  commits = [],
  task = aTask,
}: {
  without?: readonly number[];
  runs?: readonly HandMadeRun[];
  faults?: readonly Fault[];
  commits?: readonly Commit[];
  task?: ChaosTask;
} = {}): Evidence {
  const ticks = Array.from({ length: TICKS }, (_, index) => index * SECOND);
  const well = ticks.filter((tick) => !without.includes(tick)).map((tick): HandMadeRun => ({ tick }));
  return {
    tasks: [task],
    lines: [...well, ...runs].flatMap(linesOfRun).sort((one, other) => one.at - other.at),
    faults,
    commits,
    troubles: [],
    from: NOON - 500,
    to: NOON + TICKS * SECOND + 500,
  };
}

/** Something that was done to replica `a`, or to all where `replica` is undefined; times from noon. */
export function fault(
  kind: Fault['kind'],
  from: number,
  to = from,
  replica: string | undefined = 'a',
): Fault {
  return { kind, replica, from: NOON + from, to: NOON + to };
}
