import { appendFileSync } from 'node:fs';
import { currentTaskRun } from '../../../src/calls/call-context.js';
import type { TaskRun } from '../../../src/index.js';
import { monotonicNow } from '../journal.js';
import type { JournalEvent, JournalLine } from '../journal.js';
import { lastTurn } from './turns.js';

/** One run, as it writes itself down. */
export interface RunJournal {
  readonly run: TaskRun;
  readonly effect: () => void;
}

export class JournalWriter {
  private runs = 0;

  constructor(
    private readonly file: string,
    private readonly replica: string,
  ) {}

  /** Synchronous: what a killed replica had begun must be in the file. */
  write(event: JournalEvent): void {
    const line: JournalLine = { replica: this.replica, at: monotonicNow(), turn: lastTurn(), ...event };
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  /** Writes down when the work began, when it was told to stop, and how it ended. */
  async run(work: (journal: RunJournal) => Promise<void>): Promise<void> {
    const run = currentTaskRun();
    if (!run) throw new Error('a task is running without a lock');
    const key = { task: run.name, run: `${this.replica}/${++this.runs}` };
    const tick = run.scheduledTime?.getTime() ?? null;
    this.write({ event: 'start', ...key, tick, fence: String(run.fence), recovering: run.recovering });
    let isOver = false;
    run.signal.addEventListener('abort', () => {
      const reason = String(run.signal.reason);
      if (!isOver) this.write({ event: 'aborted', ...key, reason });
    });
    let error: string | undefined;
    try {
      await work({ run, effect: () => this.write({ event: 'effect', ...key }) });
    } catch (thrown) {
      error = String(thrown);
      throw thrown;
    } finally {
      isOver = true;
      this.write({ event: 'end', ...key, error });
    }
  }
}
