const MINUTE = 60_000;

let lastTick = Math.floor(Date.now() / MINUTE) * MINUTE - 30 * 24 * 60 * MINUTE;

/** Epoch milliseconds of a tick that is newer than all before, and long due. */
export function nextTick(): number {
  return (lastTick += MINUTE);
}
