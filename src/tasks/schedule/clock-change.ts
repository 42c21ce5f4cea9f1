import type { Zone } from 'luxon';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Shorter than any time between two changes of a zone's clock: Morocco sets it back for Ramadan, at least 29 days. */
const STEP = 28 * DAY;

/** The real time, in milliseconds, that a hold of `minHold` takes by the zone's clock if it ends at `at`. */
export function holdByItsClock(zone: Zone, at: number, minHold: number): number {
  const setForward = (zone.offset(at) - zone.offset(at - minHold)) * MINUTE;
  // Set back, the clock lengthens only holds of more than half a day: a daily task would otherwise run an hour early.
  if (setForward <= 0) return minHold > DAY / 2 ? minHold - setForward : minHold;
  // A run after the change is held in full, or a polled task would run again at each poll. Ticks of the hour left out
  // fire at the very change, so they count as before it.
  return Math.max(minHold - setForward, at - lastChange(zone, at - minHold, at));
}

/** The first change of the zone's clock after `from` and not after `until`; `offset` is that after `from`, in minutes. */
export function firstChange(zone: Zone, offset: number, from: number, until: number): number | undefined {
  for (let at = from; at < until;) {
    const next = Math.min(at + STEP, until);
    if (zone.offset(next) !== offset) return lastChange(zone, at, next);
    at = next;
  }
  return undefined;
}

/** When the zone's clock changed to the offset that it has at `until`; at `from` it had another one. */
function lastChange(zone: Zone, from: number, until: number): number {
  let [before, after] = [from, until];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offset(middle) === zone.offset(until)) after = middle;
    else before = middle;
  }
  return after;
}
