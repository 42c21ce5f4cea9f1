import type { Evidence, Fault } from '../evidence.js';
import type { JournalLine } from '../journal.js';

/** One execution of a task, as its replica wrote it down. */
export interface Run {
  task: string;
  replica: string;
  /** The scheduled instant. */
  tick: number | null;
  fence: bigint;
  /** It says that it runs a tick again whose run died. */
  recovering: boolean;
  start: JournalLine;
  effects: JournalLine[];
  aborted?: JournalLine;
  /** None where its replica died before. */
  end?: JournalLine;
  /** When it ended, or its replica was gone. */
  over: number;
  lines: JournalLine[];
}

/** All runs, in the order in which they started. */
export function runsOf({ lines, faults, troubles }: Pick<Evidence, 'lines' | 'faults' | 'troubles'>): Run[] {
  const deaths = new Map<string, number>();
  for (const { kind, replica, to } of faults) {
    if (replica !== undefined && (kind === 'kill' || kind === 'term')) deaths.set(replica, to);
  }
  for (const { replica, at } of troubles) deaths.set(replica, at);
  const runs = new Map<string, Run>();
  for (const line of lines) {
    if (line.event === 'log' || line.event === 'late') continue;
    if (line.event === 'start') {
      const { task, replica, tick, recovering } = line;
      const over = deaths.get(replica) ?? Infinity;
      const fence = BigInt(line.fence);
      runs.set(line.run, {
        task,
        replica,
        tick,
        fence,
        recovering,
        start: line,
        effects: [],
        over,
        lines: [],
      });
    }
    const run = runs.get(line.run);
    if (!run) throw new Error(`a journal has a line of a run that it did not begin: ${JSON.stringify(line)}`);
    run.lines.push(line);
    if (line.event === 'effect') run.effects.push(line);
    if (line.event === 'aborted') run.aborted = line;
    if (line.event === 'end') Object.assign(run, { end: line, over: line.at });
  }
  return [...runs.values()].sort((one, other) => one.start.at - other.start.at);
}

/** How long a run kept its task busy by what its replica could do: one that was stopped keeps no lease. */
export function busyUntil(run: Run, faults: readonly Fault[]): number {
  const cuts = faults
    .filter(({ kind, replica }) => replica === run.replica && (kind === 'kill' || kind === 'stop'))
    .map(({ from }) => from)
    .filter((from) => from >= run.start.at);
  return Math.min(run.over, run.aborted?.at ?? Infinity, ...cuts);
}
