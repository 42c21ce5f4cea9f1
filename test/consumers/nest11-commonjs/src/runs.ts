import { setTimeout as delay } from 'node:timers/promises';
import { currentTaskRun } from 'nestjs-task-lock';

/** A run of a task, as the method saw it. */
export interface SeenRun {
  fence: bigint;
  scheduledTime?: Date;
}

const runs = new Map<string, SeenRun[]>();

/** Called from inside a method: writes down the run that it is part of. Throws where it runs unlocked. */
export function recordRun(): void {
  const run = currentTaskRun();
  if (!run) throw new Error('the method runs without its lock');
  const { name, fence, scheduledTime } = run;
  runsOf(name).push({ fence, scheduledTime });
}

export function runsOf(name: string): SeenRun[] {
  const known = runs.get(name) ?? [];
  runs.set(name, known);
  return known;
}

/** Waits for something that a schedule brings about. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 10 s in vain for ${what}`);
    await delay(20);
  }
}

/** Calls until the call is not skipped: a tick of the same task may be running just then. */
export async function answerOf<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await call();
    if (answer !== undefined && answer !== '') return answer;
    if (Date.now() > deadline) throw new Error('each call of 10 s was skipped');
    await delay(20);
  }
}
