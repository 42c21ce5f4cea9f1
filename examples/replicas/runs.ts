import type { JournalLine } from './journal.js';

/** One execution of a task, as the replica that ran it wrote it down. */
export interface Run {
  task: string;
  replica: string;
  /** The scheduled instant. */
  tick: number | null;
  start: number;
  /** When the method settled, or its process was killed. */
  end: number;
  /** What the method threw. */
  error?: string;
  killed: boolean;
  /** Killed, or ended so shortly before the kill of its replica that it may not have been released. */
  leftLease: boolean;
  /** Neither its end nor a kill was written down. */
  lost: boolean;
}

/** When a replica could run ticks. */
export interface UpTime {
  replica: string;
  from: number;
  to: number;
  /** Neither was it told to stop nor did the demo kill it. */
  endedByItself: boolean;
}

/** Milliseconds that a release or the last timer before a stop may take. */
export const SETTLING = 250;

/** When each replica was killed. */
export type Kills = ReadonlyMap<string, number>;

export function runsOf(lines: readonly JournalLine[], kills: Kills): Run[] {
  const ends = new Map(lines.flatMap((line) => (line.event === 'end' ? [[line.run, line] as const] : [])));
  return lines
    .flatMap((line): Run[] => {
      if (line.event !== 'start') return [];
      const { task, replica, tick, at: start } = line;
      const ended = ends.get(line.run);
      const killedAt = kills.get(replica);
      const end = ended?.at ?? killedAt ?? Infinity;
      return [
        {
          task,
          replica,
          tick,
          start,
          end,
          error: ended?.error,
          killed: !ended && killedAt !== undefined,
          leftLease: killedAt !== undefined && end > killedAt - SETTLING,
          lost: end === Infinity,
        },
      ];
    })
    .sort((one, other) => one.start - other.start);
}

export function upTimesOf(lines: readonly JournalLine[], kills: Kills): UpTime[] {
  return lines.flatMap((line): UpTime[] => {
    if (line.event !== 'up') return [];
    const { replica, at: from } = line;
    const own = lines.filter((other) => other.replica === replica);
    const told = kills.get(replica) ?? own.find(({ event }) => event === 'stopping')?.at;
    const to = told ?? Math.max(...own.map(({ at }) => at));
    return [{ replica, from, to, endedByItself: told === undefined }];
  });
}
