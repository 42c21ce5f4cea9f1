import assert from 'node:assert/strict';
import { currentTaskRun } from 'nestjs-task-lock';
import { gate } from './gate';

let next: ReturnType<typeof gate> | undefined;

/** Holds the next run in its middle. */
export function holdNextRun(): ReturnType<typeof gate> {
  return (next = gate());
}

/** What each task does: it answers with the name of its run. */
export async function work(): Promise<string> {
  const run = currentTaskRun();
  assert.ok(run, 'the method runs without its lock');
  const held = next;
  next = undefined;
  await held?.pass();
  return `ran ${run.name}`;
}
