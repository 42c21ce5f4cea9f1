import { HeldLock } from '../../../src/lock/held-lock.js';
import type { Outcome, TickRequest } from '../../../src/store/lock-store.js';
import type { TaskClaim } from '../../../src/lock/task-claim.js';
import { TaskLocks } from '../../../src/lock/task-locks.js';
import { recordingLog } from '../../support/locks.js';
import type { FaultyLink } from './faulty-link.js';
import type { FleetWitness } from './fleet-witness.js';
import type { ReplicaClock } from './replica-clock.js';

/** A task as all replicas have it. Durations are milliseconds. */
export interface FleetTask {
  kind: 'scheduled' | 'kept';
  interval: number;
  minHold: number;
  maxHold: number;
  lease: number;
  tolerance: number;
  recover: boolean;
  claimTimeout: number;
}

/** How one execution of the method goes. */
export interface Work {
  duration: number;
  fails: boolean;
  /** Whether it stops when its signal aborts. */
  heedsSignal: boolean;
}

export const NAME = 'clean-up';
/** As @nestjs/schedule has it: a timer that is a little early gets the coming tick. */
const EARLY_TIMER = 50;

/** One process with one task: its schedule, its method, and the locks that stand between them. */
export class PlayedReplica {
  readonly log = recordingLog();
  private readonly locks: TaskLocks;
  /** Claims that have no answer yet. */
  claiming = 0;
  /** Releases that have not come back yet. */
  releasing = 0;
  readonly running = new Set<HeldLock>();
  private cancelNextTick = (): void => {};

  constructor(
    readonly id: string,
    private readonly task: FleetTask,
    readonly clock: ReplicaClock,
    readonly link: FaultyLink,
    private readonly witness: FleetWitness,
    private readonly nextWork: () => Work,
  ) {
    const settings = { replicaId: id, claimTimeout: task.claimTimeout, exclusive: true };
    this.locks = new TaskLocks(link, clock, this.log, settings);
  }

  /** Starts the schedule; `phase` is when an interval's first tick is due. */
  start(phase: number): void {
    if (this.task.recover) this.locks.watchLeftBehind(NAME, () => this.fire({ kind: 'abandoned' }));
    if (this.task.kind === 'kept') this.fireEach(phase);
    else this.fireAtNextTick();
  }

  call(): void {
    this.fire({ kind: 'call' });
  }

  extend(lease: number): void {
    for (const lock of this.running) this.locks.extend(lock, lease).catch(() => {});
  }

  stopSchedule(): void {
    this.cancelNextTick();
  }

  async shutDown(timeout: number): Promise<void> {
    this.stopSchedule();
    await this.locks.stop(timeout);
    this.clock.die();
  }

  private fire(tick: TickRequest): void {
    const { minHold, maxHold, lease, tolerance, recover } = this.task;
    const trigger = tick.kind === 'call' ? ('call' as const) : ('tick' as const);
    const claim = { name: NAME, task: NAME, trigger, tick, recover, minHold, maxHold, lease, tolerance };
    void this.run(tick.kind === 'call' ? { ...claim, minHold: 0 } : claim);
  }

  private async run(claim: TaskClaim): Promise<void> {
    this.claiming++;
    const lock = await this.locks.claim(claim);
    this.claiming--;
    if (!(lock instanceof HeldLock)) return;
    this.running.add(lock);
    this.witness.started(this, lock);
    const outcome = await this.work(lock, this.nextWork());
    this.running.delete(lock);
    this.releasing++;
    await this.locks.release(lock, outcome);
    this.releasing--;
  }

  private work(lock: HeldLock, { duration, fails, heedsSignal }: Work): Promise<Outcome> {
    return new Promise((resolve) => {
      const cancel = this.clock.timer(duration, () => {
        resolve(fails ? 'failed' : 'succeeded');
      });
      if (!heedsSignal) return;
      lock.signal.addEventListener('abort', () => {
        cancel();
        resolve('failed');
      });
    });
  }

  private fireAtNextTick(): void {
    const { interval } = this.task;
    const next = (Math.floor((this.clock.now() + EARLY_TIMER) / interval) + 1) * interval;
    this.cancelNextTick = this.clock.timer(next - this.clock.now(), () => {
      const tick = Math.floor((this.clock.now() + EARLY_TIMER) / interval) * interval;
      this.fire({ kind: 'scheduled', scheduledTime: new Date(tick) });
      this.fireAtNextTick();
    });
  }

  private fireEach(delay: number): void {
    const { interval } = this.task;
    this.cancelNextTick = this.clock.timer(delay, () => {
      this.fire({ kind: 'kept', interval });
      this.fireEach(interval);
    });
  }
}
