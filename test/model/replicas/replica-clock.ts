import type { LockClock } from '../../../src/common/clock.js';
import type { FakeClock } from '../../support/fake-clock.js';

/** As in Node: a timer of no time at all takes a millisecond. */
const SHORTEST_TIMER = 1;

interface Pending {
  due: number;
  isOutside: boolean;
  callback: () => void;
  disarm: () => void;
}

/**
 * One replica's clocks over the true time: they can be wrong, and the process can stand still or be dead. Nothing of the
 * process happens but by its timers and by what is delivered to it.
 */
export class ReplicaClock implements LockClock {
  private readonly timers = new Set<Pending>();
  private stood = 0;
  private standing?: { since: number; isSuspended: boolean };
  private dead = false;
  private second = 0;
  private timersThisSecond = 0;
  /** What tells a loop that waits from one that does not. */
  mostTimersASecond = 0;

  constructor(
    private readonly trueTime: FakeClock,
    private ahead: number,
  ) {}

  get isAwake(): boolean {
    return !this.dead && !this.standing;
  }

  get isDead(): boolean {
    return this.dead;
  }

  /** How many timers of the process wait. */
  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return this.trueTime.now() + this.ahead;
  }

  monotonic(): number {
    const { standing } = this;
    const now = standing?.isSuspended ? standing.since : this.trueTime.monotonic();
    return now - this.stood;
  }

  timer(delay: number, callback: () => void): () => void {
    return this.plan(delay, callback, false);
  }

  /** Something from outside, which a process that stands still sees when it goes on. */
  deliver(callback: () => void): void {
    if (this.isAwake) callback();
    else this.plan(0, callback, true);
  }

  setWall(by: number): void {
    this.ahead += by;
  }

  /** The process stops; with `isSuspended` the whole machine does, and its monotonic clock with it. */
  stand(isSuspended: boolean): void {
    if (!this.isAwake) return;
    this.standing = { since: this.trueTime.monotonic(), isSuspended };
    for (const timer of this.timers) timer.disarm();
  }

  /** Goes on; what is overdue happens at once, what came from outside perhaps before the first timer. */
  wake(isOutsideFirst: boolean): void {
    if (!this.standing || this.dead) return;
    const { since, isSuspended } = this.standing;
    if (isSuspended) this.stood += this.trueTime.monotonic() - since;
    this.standing = undefined;
    const isFirst = ({ isOutside }: Pending): boolean => isOutside === isOutsideFirst;
    const timers = [...this.timers];
    for (const timer of timers.filter(isFirst)) this.arm(timer);
    for (const timer of timers.filter((each) => !isFirst(each))) this.arm(timer);
  }

  die(): void {
    this.dead = true;
    for (const timer of this.timers) timer.disarm();
    this.timers.clear();
  }

  private plan(delay: number, callback: () => void, isOutside: boolean): () => void {
    if (this.dead) return () => {};
    const due = this.monotonic() + Math.max(delay, isOutside ? 0 : SHORTEST_TIMER);
    if (!isOutside) this.countTimer();
    const timer: Pending = { due, isOutside, callback, disarm: () => {} };
    this.timers.add(timer);
    if (!this.standing) this.arm(timer);
    return () => {
      timer.disarm();
      this.timers.delete(timer);
    };
  }

  private countTimer(): void {
    const second = Math.floor(this.monotonic() / 1_000);
    if (second !== this.second) Object.assign(this, { second, timersThisSecond: 0 });
    this.mostTimersASecond = Math.max(this.mostTimersASecond, ++this.timersThisSecond);
  }

  private arm(timer: Pending): void {
    timer.disarm = this.trueTime.timer(Math.max(timer.due - this.monotonic(), 0), () => {
      this.timers.delete(timer);
      timer.callback();
    });
  }
}
