import { strict as assert } from 'node:assert';
import type { HeldLock } from '../../../src/lock/held-lock.js';
import type { InMemoryLockStore } from '../../../src/testing/index.js';
import { NAME } from './played-replica.js';
import type { FleetTask, PlayedReplica } from './played-replica.js';

/** One execution of the method. */
export interface StartedRun {
  replica: PlayedReplica;
  lock: HeldLock;
  at: number;
}

/** Sees every run of every replica, and the store; says what may never be. */
export class FleetWitness {
  readonly runs: StartedRun[] = [];
  /** Tokens of the runs whose end the store has. */
  readonly finished = new Set<string>();
  private failure?: Error;

  constructor(
    private readonly task: FleetTask,
    private readonly store: InMemoryLockStore,
    private readonly now: () => number,
  ) {}

  /** Throws the first that was seen: where it was seen, nobody waits for an error. */
  assertNothingSeen(): void {
    if (this.failure) throw this.failure;
  }

  started(replica: PlayedReplica, lock: HeldLock): void {
    this.observe(() => {
      const { fence, scheduledTime, recovering } = lock.state;
      const last = this.runs.at(-1);
      if (last) assert.ok(fence > last.lock.state.fence, 'fences grow from run to run');
      if (!scheduledTime) return;
      if (recovering) this.checkRecovery(scheduledTime.getTime());
      else this.checkTick(scheduledTime.getTime());
    });
    this.runs.push({ replica, lock, at: this.now() });
    this.checkHolders();
  }

  /** Whoever is awake and believes to hold the lock does hold it, as long as it believes, and is the only one. */
  checkHolders(): void {
    this.observe(() => {
      const row = this.store.row(NAME);
      for (const { replica, lock } of this.runs) {
        if (!replica.clock.isAwake || !lock.isHeld()) continue;
        const believes = `${replica.id} believes to hold the lock`;
        assert.equal(row?.token, lock.state.token, `${believes}, and another claim has the row`);
        assert.equal(row.finishedAt, null, `${believes}, and it was released`);
        const tooLong = this.now() + lock.timeLeft() - row.lockedUntil;
        assert.ok(tooLong < 1, `${believes} for ${tooLong} ms after its lease`);
      }
    });
  }

  /** How often a tick was run, recoveries not counted. */
  runsOf(tick: number): number {
    return this.ofTick(tick).filter(({ lock }) => !lock.state.recovering).length;
  }

  private observe(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  private ofTick(tick: number): StartedRun[] {
    return this.runs.filter(({ lock }) => lock.state.scheduledTime?.getTime() === tick);
  }

  private checkTick(tick: number): void {
    const { kind, interval, minHold, tolerance } = this.task;
    const early = kind === 'kept' ? interval / 10 : tolerance;
    assert.ok(tick <= this.now() + early, 'a tick does not run before it is due');
    for (const { lock } of this.runs) {
      const { scheduledTime } = lock.state;
      if (!scheduledTime) continue;
      assert.notEqual(scheduledTime.getTime(), tick, 'a tick runs once');
      assert.ok(tick - scheduledTime.getTime() >= minHold, 'the minimum hold lies between two ticks');
    }
  }

  private checkRecovery(tick: number): void {
    assert.ok(this.task.recover, 'a tick runs again only where that was asked for');
    const before = this.ofTick(tick);
    for (const { lock } of before) {
      assert.ok(!this.finished.has(lock.state.token), 'a tick that was finished does not run again');
    }
    const cutOff = before.filter(({ lock }) => !lock.isAborted);
    assert.ok(cutOff.length <= 1, 'a tick runs again once');
  }
}
