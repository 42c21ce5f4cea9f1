import { appendFileSync } from 'node:fs';
import { currentTaskRun } from '../../src/calls/call-context.js';

/** What a replica writes down, a line each, in a file of its own; `at` is epoch milliseconds. */
export type JournalLine = { replica: string; at: number } & JournalEvent;

export type JournalEvent =
  /** Its schedule runs. */
  | { event: 'up' }
  /** It was told to stop: no new runs from here on. */
  | { event: 'stopping' }
  /** `run` tells runs apart; `tick` is the scheduled instant. */
  | { event: 'start'; task: string; run: string; tick: number | null }
  /** `error`: what the method threw. */
  | { event: 'end'; task: string; run: string; error?: string }
  | { event: 'skip'; task: string; reason: string; heldBy?: string }
  /** A call of the debounced task, and its one run for all of them, with what it was given. */
  | { event: 'asked'; change: number }
  | { event: 'exported'; change: number }
  /** Something that Nest or the lock wants a person to read. */
  | { event: 'log'; level: 'warn' | 'error'; message: string };

/** One replica's own record of what it did. */
export class Journal {
  constructor(
    private readonly file: string,
    private readonly replica: string,
  ) {}

  /** Synchronous: what a killed replica had begun must be in the file. */
  write(event: JournalEvent): void {
    const line: JournalLine = { replica: this.replica, at: Date.now(), ...event };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  /** Writes down when the work began and how it ended. */
  async run(work: () => Promise<void>): Promise<void> {
    const taskRun = currentTaskRun();
    if (!taskRun) throw new Error('a task is running without a lock');
    const { name: task, token: run, scheduledTime } = taskRun;
    this.write({ event: 'start', task, run, tick: scheduledTime?.getTime() ?? null });
    try {
      await work();
      this.write({ event: 'end', task, run });
    } catch (error) {
      this.write({ event: 'end', task, run, error: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  }
}
