import { setTimeout as delay } from 'node:timers/promises';

const EVERY = 200;

/** Looks again until it is so; what throws is not so yet. Says what it waited for where that does not come. */
export async function eventually(
  what: string,
  seconds: number,
  signal: AbortSignal,
  condition: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  let last: unknown = 'it is not so';
  for (;;) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${seconds} s in vain until ${what}`, { cause: last });
    }
    await delay(EVERY, undefined, { signal });
  }
}
