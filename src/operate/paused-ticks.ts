import type { PausedTime } from '../store/operator-store.js';

/** Milliseconds for which a claim attempts to win its tick: the default, since it is not stored. */
export const CLAIM_TIMEOUT = 5_000;

/** The pause that kept a tick from running: it covers an instant from the tick until its claim gives up. */
export function pauseOver(pauses: readonly PausedTime[], tick: number): PausedTime | undefined {
  return pauses.find(
    ({ from, to }) => from.getTime() <= tick + CLAIM_TIMEOUT && (to?.getTime() ?? Infinity) > tick,
  );
}
