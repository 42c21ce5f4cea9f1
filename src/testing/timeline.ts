import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';

/** Taken when this file loads, so that fake timers of a test runner do not stop them. */
const [afterPromises, inNextTurn] = [nextTick, setImmediate];

/** What is to happen at an instant. */
export interface TimelineTimer {
  /** Milliseconds since the timeline began. */
  due: number;
  /** Whether the process that set it stands still. */
  isPaused: () => boolean;
  fire: () => void;
}

/** The time that the clocks of a test share. It moves only when it is told to, from timer to timer. */
export class Timeline {
  /** Milliseconds since it began. */
  elapsed = 0;
  isMoving = false;
  /** In the order of their instants, and those of one instant in the order in which they were set. */
  private readonly timers: TimelineTimer[] = [];

  constructor(private readonly start: number) {}

  now(): number {
    return this.start + this.elapsed;
  }

  /** Returns a function that cancels. */
  add(timer: TimelineTimer): () => void {
    this.timers.splice(this.timers.findLastIndex(({ due }) => due <= timer.due) + 1, 0, timer);
    return () => this.remove(timer);
  }

  /** Fires what is due on the way, also what that sets. */
  async move(by: number): Promise<void> {
    const end = this.elapsed + by;
    this.isMoving = true;
    try {
      await settled();
      for (let timer = this.nextUntil(end); timer; timer = this.nextUntil(end)) {
        // One of a replica that was paused is overdue.
        this.elapsed = Math.max(this.elapsed, timer.due);
        this.remove(timer);
        timer.fire();
        await settled();
      }
      this.elapsed = end;
    } finally {
      this.isMoving = false;
    }
  }

  /** Whether a clock moves with this time: it is moved for a moment in which nothing else runs. */
  moves(now: () => number): boolean {
    const [before, elapsed] = [now(), this.elapsed];
    this.elapsed += PROBE;
    const moved = now() - before;
    this.elapsed = elapsed;
    return moved === PROBE;
  }

  private nextUntil(end: number): TimelineTimer | undefined {
    const next = this.timers.find(({ due, isPaused }) => due > end || !isPaused());
    return next && next.due <= end ? next : undefined;
  }

  private remove(timer: TimelineTimer): void {
    const index = this.timers.indexOf(timer);
    if (index >= 0) this.timers.splice(index, 1);
  }
}

/** Longer than a clock of the machine moves in that moment. */
const PROBE = 86_400_000;

/** Resolves when all promises have settled that wait for nothing else, and what they left to the next turn has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => afterPromises(() => inNextTurn(resolve)));
}
