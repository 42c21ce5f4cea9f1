import { setTimeout as delay } from 'node:timers/promises';

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
