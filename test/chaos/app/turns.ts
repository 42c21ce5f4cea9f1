import { monotonicNow } from '../journal.js';

const BEAT = 20;
/** A process that waits so long for the processor is on a machine that is too busy. */
const LATE = 500;

let beat = 0;
let passed = 0;
let onLate: (by: number) => void = () => {};

/**
 * Knows how far the process has been through its timers. Two beats for one turn: a process that was stopped in the
 * middle of its timers goes on with those that were due before the stop, so only a turn that began after a beat has
 * met all that were due at that beat.
 */
export function watchTurns(): void {
  beat = monotonicNow();
  setInterval(() => {
    const before = beat;
    beat = monotonicNow();
    if (beat - before > LATE) onLate(beat - before);
    // After this turn's other timers.
    setImmediate(() => (passed = before));
  }, BEAT).unref();
}

/** Calls back with milliseconds when the process had to wait so long for its turn. */
export function whenLate(callback: (by: number) => void): void {
  onLate = callback;
}

/** All timers that were due at this time have fired. */
export function lastTurn(): number {
  return passed;
}
