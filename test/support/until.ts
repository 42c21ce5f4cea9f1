import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds. Under a mutant the wait is mostly for what never comes. */
const PATIENCE = process.env['MUTANT'] ? 15_000 : 60_000;

/** Looks again and again until it is so; for what another process does, which has no event to wait for. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > deadline)
      throw new Error(`still waiting after ${PATIENCE / 1_000} s for ${String(condition)}`);
    await delay(20);
  }
}
