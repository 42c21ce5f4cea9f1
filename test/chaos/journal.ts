/**
 * What a replica writes down, a line each, in a file of its own. `at` is the time by the monotonic clock that all
 * processes of a machine share and that no fault moves, in milliseconds.
 *
 * `turn`: all timers that were due at this time had fired before the line was written. A process that was stopped
 * writes lines with a `turn` of before the stop until it has been through its timers once.
 */
export type JournalLine = { replica: string; at: number; turn: number } & JournalEvent;

/** `run` tells runs apart, also of one token: it is the replica's own count. */
export type JournalEvent =
  | { event: 'start'; task: string; run: string; tick: number | null; fence: string; recovering: boolean }
  /** Something that would be seen outside. */
  | { event: 'effect'; task: string; run: string }
  /** The run's signal has told it to stop. */
  | { event: 'aborted'; task: string; run: string; reason: string }
  | { event: 'end'; task: string; run: string; error?: string }
  /** Waited so many milliseconds for the processor, or was stopped. */
  | { event: 'late'; by: number }
  | { event: 'log'; level: 'warn' | 'error'; message: string };

/** Milliseconds by CLOCK_MONOTONIC. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
