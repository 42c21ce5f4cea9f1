import assert from 'node:assert/strict';
import type { INestApplicationContext } from '@nestjs/common';
import { ShutdownBegin } from './lock-imports.js';
import type { OtherReplica } from './other-replica.js';
import { holdNextRun } from './work.js';

export type Answer = { value: unknown } | { error: unknown };

/** What a caller is told: a value, or an error. */
export function answerTo(call: Promise<unknown>): Promise<Answer> {
  return call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/**
 * Closes an application during a run of a task, and lets the run end when the shutdown has begun. Asserts that the
 * shutdown waited for it, and that no lock is left.
 */
export async function closeDuringRun(
  application: INestApplicationContext,
  other: OtherReplica,
  task: string,
  call: () => Promise<unknown>,
): Promise<Answer> {
  const { reached, open } = holdNextRun();
  const answer = answerTo(call());
  await reached;
  const closed = application.close();
  await application.get(ShutdownBegin).promise;
  assert.equal((await other.row(task))?.running, true, 'the shutdown has released the lock of a run');
  open();
  await closed;
  assert.deepEqual(await other.row(task), { outcome: 'succeeded', running: false });
  return answer;
}
