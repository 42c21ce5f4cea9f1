import type { LockClock } from '../../src/common/clock.js';

interface Timer {
  due: number;
  callback: () => void;
  keepAlive: boolean;
}

/** Milliseconds that a timer lasts at least, so that a last pause may end so much later than what it waits for. */
export const SHORTEST_TIMER = 1;

/** A clock that moves only when it is told to. Timers go by the monotonic clock, as Node's do. */
export class FakeClock implements LockClock {
  private readonly timers = new Set<Timer>();
  private elapsed = 0;

  constructor(private wall = Date.parse('2026-03-01T12:00:00Z')) {}

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.elapsed;
  }

  timer(delay: number, callback: () => void, keepAlive = false): () => void {
    // As Node's: one that is due before the clock could move would be set again and again.
    const due = this.elapsed + (delay > 0 ? Math.max(delay, SHORTEST_TIMER) : 0);
    const timer = { due, callback, keepAlive };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** How many timers wait: what a test looks at for leaks. */
  get pending(): number {
    return this.timers.size;
  }

  /** How many of them keep the process alive. */
  get keepingAlive(): number {
    return [...this.timers].filter(({ keepAlive }) => keepAlive).length;
  }

  /** Passes time: fires the timers on the way in their order, and lets what they started go on after each. */
  async advance(milliseconds: number): Promise<void> {
    await settled();
    const end = this.elapsed + milliseconds;
    for (let timer = this.nextUntil(end); timer; timer = this.nextUntil(end)) {
      this.move(Math.max(timer.due - this.elapsed, 0));
      this.timers.delete(timer);
      timer.callback();
      await settled();
    }
    this.move(end - this.elapsed);
    await settled();
  }

  /** Sets the wall clock forward or back, as NTP does. */
  setWall(by: number): void {
    this.wall += by;
  }

  /** The whole machine is suspended: only the wall clock knows afterwards, and no timer has fired. */
  suspend(milliseconds: number): void {
    this.wall += milliseconds;
  }

  /** The process alone is stopped: both clocks go on, and no timer has fired yet when it wakes up. */
  stopProcess(milliseconds: number): void {
    this.move(milliseconds);
  }

  private move(by: number): void {
    this.wall += by;
    this.elapsed += by;
  }

  private nextUntil(end: number): Timer | undefined {
    return [...this.timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }
}

/** Lets everything happen that waits for nothing but promises. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
