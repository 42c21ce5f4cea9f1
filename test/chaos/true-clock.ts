import { monotonicNow } from './journal.js';

/** Epoch milliseconds by the machine's clock when the module was loaded and the monotonic clock since. */
const ORIGIN = performance.timeOrigin + performance.now() - monotonicNow();

export function trueNow(): number {
  return ORIGIN + monotonicNow();
}

/** The true time of an instant of the monotonic clock. */
export function trueTimeOf(monotonic: number): number {
  return ORIGIN + monotonic;
}
