/** The token of the clock of a replica: all copies of the package share it, and a test puts its own in its place. */
export const LOCK_CLOCK = Symbol.for('nestjs-task-lock: clock');

interface Timer {
  due: number;
  fire: () => void;
}

/** The machine's clock, that steps ahead when it is told to. Timers that are due by then fire at once. */
export class SteppingClock {
  private ahead = 0;
  private readonly timers = new Set<Timer>();

  now(): number {
    return Date.now() + this.ahead;
  }

  monotonic(): number {
    return performance.now() + this.ahead;
  }

  timer(delay: number, callback: () => void, keepAlive = false): () => void {
    const timer: Timer = { due: this.monotonic() + delay, fire: () => (cancel(), callback()) };
    const handle = setTimeout(() => timer.fire(), Math.min(Math.max(delay, 0), 2 ** 31 - 1));
    if (!keepAlive) handle.unref();
    const cancel = (): void => {
      clearTimeout(handle);
      this.timers.delete(timer);
    };
    this.timers.add(timer);
    return cancel;
  }

  /** @param ahead milliseconds of the machine's clock */
  step(ahead: number): void {
    this.ahead = ahead;
    const due = [...this.timers].filter((timer) => timer.due <= this.monotonic());
    for (const timer of due.toSorted((one, other) => one.due - other.due))
      if (this.timers.has(timer)) timer.fire();
  }
}
