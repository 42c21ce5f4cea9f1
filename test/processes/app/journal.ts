import { appendFileSync } from 'node:fs';

/** What a replica writes down of a run, in a file of its own; times by the machine's monotonic clock. */
export interface JournalLine {
  event: 'start' | 'end';
  task: string;
  /** The scheduled instant, in epoch milliseconds; none for a direct call. */
  tick: number | null;
  fence: string;
  replica: string;
  at: number;
}

/** Epoch milliseconds by the machine's clock at start-up and the monotonic clock since, which no test moves. */
export function trueNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Synchronous: what a killed replica had begun must be on disk. */
export function writeDown(file: string, line: JournalLine): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
