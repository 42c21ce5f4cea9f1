import { strict as assert } from 'node:assert';
import { InMemoryLockStore } from '../../../src/testing/index.js';
import { FakeClock, settled } from '../../support/fake-clock.js';
import { FaultyLink } from './faulty-link.js';
import type { Fate, Journey } from './faulty-link.js';
import { FleetWitness } from './fleet-witness.js';
import { NAME, PlayedReplica } from './played-replica.js';
import type { FleetTask, Work } from './played-replica.js';
import { ReplicaClock } from './replica-clock.js';

/** What one replica starts with. */
export interface ReplicaStart {
  /** How far its wall clock is ahead of the store's. */
  ahead: number;
  phase: number;
  journeys: readonly Journey[];
}

const QUICK: Work = { duration: 20, fails: false, heedsSignal: true };

/** Retries begin at 10 ms and grow, and a handful of them may begin at once. */
const MOST_TIMERS_A_SECOND = 400;

/** Several replicas over one store, at a time that is played. */
export class Fleet {
  readonly replicas: PlayedReplica[] = [];
  readonly witness: FleetWitness;
  private readonly trueTime = new FakeClock();
  private readonly store = new InMemoryLockStore(() => this.trueTime.now());
  /** Who was granted which token, whether or not the answer arrived. */
  private readonly granted = new Map<string, PlayedReplica>();
  private work: Work[];

  constructor(
    readonly task: FleetTask,
    work: readonly Work[],
  ) {
    this.work = [...work];
    this.witness = new FleetWitness(task, this.store, () => this.trueTime.now());
  }

  get now(): number {
    return this.trueTime.now();
  }

  start({ ahead, phase, journeys }: ReplicaStart): PlayedReplica {
    const { witness } = this;
    const clock = new ReplicaClock(this.trueTime, ahead);
    const link = new FaultyLink(this.store, this.trueTime, clock, [...journeys], {
      claimed: ({ token }, { status }) => {
        if (status === 'won') this.granted.set(token, replica);
        witness.checkHolders();
      },
      renewed: () => witness.checkHolders(),
      released: ({ token, outcome }, { status }) => {
        const isFinished = outcome === 'succeeded' || outcome === 'failed';
        if (status === 'released' && isFinished) witness.finished.add(token);
        witness.checkHolders();
      },
    });
    const id = `replica-${this.replicas.length}`;
    const replica = new PlayedReplica(id, this.task, clock, link, witness, () => this.nextWork());
    this.replicas.push(replica);
    replica.start(phase);
    return replica;
  }

  async pass(milliseconds: number): Promise<void> {
    await this.trueTime.advance(milliseconds);
    this.witness.checkHolders();
    this.witness.assertNothingSeen();
    for (const { id, clock } of this.replicas) {
      assert.ok(clock.mostTimersASecond <= MOST_TIMERS_A_SECOND, `${id} loops without a pause`);
    }
  }

  cutOff(replicas: readonly PlayedReplica[], outage: Fate, duration: number): void {
    for (const { link } of replicas) {
      link.outage = outage;
      this.trueTime.timer(duration, () => (link.outage = undefined));
    }
  }

  stand(replica: PlayedReplica, duration: number, isSuspended: boolean, isOutsideFirst: boolean): void {
    replica.clock.stand(isSuspended);
    this.trueTime.timer(duration, () => {
      replica.clock.wake(isOutsideFirst);
      // Before its first timer: the clocks alone must tell it.
      this.witness.checkHolders();
    });
  }

  setClocksRight(): void {
    for (const { clock } of this.replicas) clock.setWall(this.now - clock.now());
  }

  /** How the next execution of the method goes. */
  plan(work: Work): void {
    this.work.unshift(work);
  }

  /** Ends all faults: the network works, who stands still goes on, and what is done from here on is quick. */
  async heal(withReset: boolean): Promise<void> {
    this.work = [];
    for (const { link, clock } of this.replicas) {
      clock.wake(true);
      link.heal(withReset);
    }
    await settled();
    this.witness.checkHolders();
  }

  /** Nobody has the lock who neither runs nor asks for it nor gives it back, but for those who died with it. */
  checkNoGhost(): void {
    const row = this.store.row(NAME);
    if (!row?.token || row.finishedAt !== null || row.lockedUntil <= this.now) return;
    const holder = this.granted.get(row.token)!;
    if (holder.clock.isDead || holder.link.excused.has(row.token)) return;
    const runs = [...holder.running].some(({ state }) => state.token === row.token);
    const isUnderWay = holder.claiming > 0 || holder.releasing > 0;
    assert.ok(runs || isUnderWay, `${holder.id} keeps the lock and does not run`);
  }

  /** Nothing is under way any more, and nothing waits. */
  checkRest(): void {
    for (const { id, clock, claiming, releasing } of this.replicas) {
      if (clock.isDead) continue;
      const left = { claiming, releasing, timers: clock.pending };
      assert.deepEqual(left, { claiming: 0, releasing: 0, timers: 0 }, `what ${id} has left behind`);
    }
  }

  private nextWork(): Work {
    return this.work.shift() ?? QUICK;
  }
}
