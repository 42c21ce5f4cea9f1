import type { JournalLine } from './journal.js';
import type { ChaosTask } from './tasks.js';

/** Something that was done, as it was done. All times are true epoch milliseconds. */
export interface Fault {
  kind: 'kill' | 'term' | 'stop' | 'clock' | 'backends' | 'restart' | 'failover' | 'slow' | 'overload';
  /** The replica that it was done to; none where it was done to all: the database, or the whole machine. */
  replica?: string;
  /** The instant before it began. */
  from: number;
  /** The instant after it was over: the process was gone or went on, the database was up again. */
  to: number;
  detail?: string;
}

/** Something that nobody did: a replica that ended by itself, or that would not end. */
export interface Trouble {
  replica: string;
  at: number;
  what: string;
}

/** A row that the transactional tasks wrote, with times of the database's clock. */
export interface Commit {
  /** `begun` is written as the run begins, by itself; `effect` is what the run's transaction writes. */
  what: 'begun' | 'effect';
  task: string;
  replica: string;
  tick: number;
  fence: bigint;
  committedAt: number;
  /** When the run's claim was won. */
  claimedAt: number;
}

/** All that the verdict is made of. */
export interface Evidence {
  tasks: readonly ChaosTask[];
  /** What the replicas wrote down, with `at` and `turn` in true epoch milliseconds. */
  lines: readonly JournalLine[];
  commits: readonly Commit[];
  faults: readonly Fault[];
  troubles: readonly Trouble[];
  /** When all replicas were up for the first time. */
  from: number;
  /** When they were told to stop. */
  to: number;
}
