import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { currentTaskRun } from '../../src/calls/call-context.js';
import type { TaskRun } from '../../src/index.js';

/** Milliseconds that a test waits for a run before it fails: a machine under load may be seconds late. */
const PATIENCE = 20_000;

/** What the methods under test wrote down: the run that each call was part of. A call without a lock shows as none. */
@Injectable()
export class Journal {
  private readonly runs: (TaskRun | undefined)[] = [];
  private readonly readers = new Set<() => void>();

  /** Called from the body of a method under test. */
  write(): void {
    this.runs.push(currentTaskRun());
    for (const read of this.readers) read();
  }

  /** The runs so far of a task, or of all. */
  of(name?: string): TaskRun[] {
    return this.runs
      .filter((run) => run !== undefined)
      .filter((run) => name === undefined || run.name === name);
  }

  /** How many calls had no lock. */
  get unlocked(): number {
    return this.runs.filter((run) => run === undefined).length;
  }

  /** Resolves with the runs of a task when there are so many; those that wait for nothing have ended by then. */
  async atLeast(count: number, name: string): Promise<TaskRun[]> {
    let reader: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      const runs = await new Promise<TaskRun[]>((resolve, reject) => {
        reader = () => this.of(name).length >= count && resolve(this.of(name));
        this.readers.add(reader);
        timer = setTimeout(() => reject(new Error(this.describeLack(count, name))), PATIENCE);
        reader();
      });
      await setImmediate();
      return runs;
    } finally {
      clearTimeout(timer);
      if (reader) this.readers.delete(reader);
    }
  }

  /** Resolves with the first run of a task. */
  async first(name: string): Promise<TaskRun> {
    const [run] = await this.atLeast(1, name);
    return run!;
  }

  private describeLack(count: number, name: string): string {
    const ran = this.runs.map((run) => run?.name ?? '(no lock)').join(', ') || 'nothing';
    return `"${name}" did not run ${count} times within ${PATIENCE} ms; there ran ${ran}`;
  }
}
