import { AsyncResource } from 'node:async_hooks';
import type { LockClock } from '../common/clock.js';
import { parseDuration } from '../common/duration.js';
import type { DurationInput } from '../common/duration.js';
import { messageOf } from '../common/error-text.js';
import { FIRES_SCHEDULE } from '../nest/scheduler-state.js';
import type { ScheduleFirer } from '../nest/scheduler-state.js';
import type { TimerRegistry, TimerStarter } from '../nest/scheduled-jobs.js';
import type { InstantInput } from '../operate/operator-options.js';
import { TaskLockUsageError } from '../tasks/errors.js';
import { fireByClock } from './clocked-schedule.js';
import { Timeline } from './timeline.js';

/** As in Node, where a timer of no time at all takes a millisecond. */
const SHORTEST_TIMER = 1;

/**
 * A clock that a test moves. Leases, renewals, holds, waits, debounces, polls and the ticks of `@Cron`, `@Interval` and
 * `@Timeout` follow it: no test waits for real time. Give it to `TaskLockTestingModule`, or to `attachTaskLock`.
 *
 * @example
 * const clock = new ManualClock('2026-01-01T00:00:00Z');
 * const module = await Test.createTestingModule({
 *   imports: [ScheduleModule.forRoot(), TaskLockTestingModule.forRoot({ clock })],
 *   providers: [Jobs],
 * }).compile();
 * await module.init();
 * await clock.advance('1h'); // the ticks of an hour, in order
 *
 * @example
 * // A spec of a whole application replaces two providers of its TaskLockModule.
 * Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(LOCK_CLOCK).useValue(clock)
 *   .overrideProvider(LOCK_STORE).useValue(new InMemoryLockStore(() => clock.now()));
 */
export class ManualClock implements LockClock, ScheduleFirer {
  /** @internal The time that the clocks of all replicas share. */
  timeline: Timeline;
  private aheadBy = 0;
  private isPaused = false;

  /** `start`: an instant with its offset, like `'2026-01-01T00:00:00Z'`, or a `Date`. */
  constructor(start: InstantInput) {
    this.timeline = new Timeline(instantOf(start));
  }

  /** The wall clock: epoch milliseconds. */
  now(): number {
    return this.timeline.now() + this.aheadBy;
  }

  monotonic(): number {
    return this.timeline.elapsed;
  }

  /** Calls back once after `delay` milliseconds of this clock. Returns a function that cancels. */
  timer(delay: number, callback: () => void): () => void {
    return this.timeline.add({
      due: this.timeline.elapsed + Math.max(Math.ceil(delay), SHORTEST_TIMER),
      isPaused: () => this.isPaused,
      // As Node's timers: the callback belongs to the run that set it, and not to who moves the clock.
      fire: AsyncResource.bind(callback),
    });
  }

  /**
   * Moves the time of all replicas. Fires the timers that are due on the way in the order of their instants, and lets
   * promises settle after each, so that what a timer sets for this time fires, too.
   *
   * @throws TaskLockUsageError if the duration cannot be read, or while another `advance` is under way
   * @example
   * await clock.advance('2m');
   */
  async advance(duration: DurationInput): Promise<void> {
    const by = millisecondsOf(duration, 'ManualClock.advance()');
    if (this.timeline.isMoving) {
      throw new TaskLockUsageError(
        'ManualClock.advance() was called while another one moves the clock: await each before the next. A method that ' +
          "a tick runs waits by `await clock.sleep('10m')`.",
      );
    }
    await this.timeline.move(by);
  }

  /**
   * Resolves after a time of this clock, for mocks and methods that take long.
   *
   * @example
   * const importer = { load: () => clock.sleep('10m') };
   */
  sleep(duration: DurationInput): Promise<void> {
    const delay = millisecondsOf(duration, 'ManualClock.sleep()');
    return new Promise((resolve) => void this.timer(delay, resolve));
  }

  /**
   * The clock of one more replica, which shows the same time and can be paused by itself. With `ahead`, its wall clock
   * is wrong.
   *
   * @example
   * const replica = clock.replica();
   * const lagging = clock.replica({ ahead: '5s' });
   */
  replica({ ahead = 0 }: { ahead?: DurationInput } = {}): ManualClock {
    const replica = new ManualClock(new Date(this.timeline.now()));
    replica.timeline = this.timeline;
    replica.aheadBy = millisecondsOf(ahead, 'ManualClock.replica(), option ahead');
    return replica;
  }

  /**
   * Stops the timers of this replica, as SIGSTOP does, or a machine that is suspended. Time goes on, and so do the other
   * replicas. A method that waits for a promise of the test goes on as well: let it wait by `sleep`, or end its wait
   * after `resume`.
   */
  pause(): void {
    this.isPaused = true;
  }

  /** Ends `pause`: what is overdue fires in the order of its instants. */
  async resume(): Promise<void> {
    this.isPaused = false;
    // Where a callback of `advance` resumes it, that one fires what is overdue.
    if (!this.timeline.isMoving) await this.timeline.move(0);
  }

  /** @internal */
  [FIRES_SCHEDULE](registry: TimerRegistry, starter?: TimerStarter): void {
    fireByClock(this, registry, starter);
  }
}

/** A text without an offset would mean another instant on each machine. */
function instantOf(start: unknown): number {
  const isInstant = start instanceof Date || (typeof start === 'string' && /(Z|[+-]\d\d:?\d\d)$/.test(start));
  const instant = isInstant ? new Date(start).getTime() : NaN;
  if (!Number.isNaN(instant)) return instant;
  throw new TaskLockUsageError(
    `new ManualClock('${String(start)}') cannot be read: write an instant with its offset, like '2026-01-01T00:00:00Z'`,
  );
}

function millisecondsOf(duration: DurationInput, where: string): number {
  try {
    return parseDuration(duration);
  } catch (error) {
    throw new TaskLockUsageError(`${where}: ${messageOf(error)}`, { cause: error });
  }
}
