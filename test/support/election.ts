import type { DeposedReason, LeadOptions, LeaderCandidate, TaskRun } from '../../src/index.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import type { LockRows } from '../../src/store/lock-store.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { FakeClock } from './fake-clock.js';
import { serviceReplica } from './service-replica.js';

/** Milliseconds. */
export const LEASE = 15_000;
/** The longest time between two polls of a candidate. */
export const LONGEST_POLL = 1_200;

const STEP = 50;

/** One candidate, with a clock and a connection of its own, and what it was told. */
export class ElectedReplica {
  readonly clock = new FakeClock();
  readonly told: (DeposedReason | 'elected')[] = [];
  readonly runs: TaskRun[] = [];
  readonly candidate: LeaderCandidate;
  readonly replica: ReturnType<typeof serviceReplica>;
  claims = 0;
  /** Whether its process gets no CPU. */
  isStopped = false;
  /** Whether its database answers nothing. */
  isCutOff = false;
  private owed = 0;

  constructor(
    store: InMemoryLockStore,
    replicaId: string,
    name: string,
    { onElected = () => {}, onDeposed = () => {}, ...options }: Partial<LeadOptions>,
  ) {
    const own = this.connected(store);
    this.replica = serviceReplica({ store: own, clock: this.clock, replicaId });
    this.candidate = this.replica.service.lead(name, {
      lease: LEASE,
      ...options,
      onElected: (run) => {
        this.told.push('elected');
        this.runs.push(run);
        return onElected(run);
      },
      onDeposed: (reason) => {
        this.told.push(reason);
        return onDeposed(reason);
      },
    });
  }

  /** What this replica believes. One that is stopped believes nothing. */
  get leads(): boolean {
    return !this.isStopped && this.candidate.isLeader;
  }

  async pass(step: number): Promise<void> {
    if (this.isStopped) this.owed += step;
    else await this.clock.advance(step);
  }

  /** Wakes up: both clocks have gone on, and no timer has fired yet. */
  wakeUp(): void {
    this.isStopped = false;
    this.clock.stopProcess(this.owed);
    this.owed = 0;
  }

  private connected(store: InMemoryLockStore): InMemoryLockStore {
    const guard =
      <Args extends unknown[], T>(send: (...args: Args) => Promise<T>) =>
      (...args: Args): Promise<T> =>
        this.isCutOff
          ? Promise.reject(new LockStoreUnavailableError('connection refused', false))
          : send(...args);
    const claim: LockRows['claim'] = (requests) => {
      this.claims++;
      return store.claim(requests);
    };
    return Object.assign(Object.create(store) as InMemoryLockStore, {
      claim: guard(claim),
      renew: guard(store.renew.bind(store)),
      release: guard(store.release.bind(store)),
    });
  }
}

/** Replicas that stand in one election, and the time that passes for all of them. */
export class Election {
  readonly time = new FakeClock();
  readonly store = new InMemoryLockStore(() => this.time.now());
  readonly replicas: ElectedReplica[] = [];
  /** How many have led at the same time at most. */
  mostLeaders = 0;

  constructor(readonly name = 'projector') {}

  candidate(options: Partial<LeadOptions> = {}): ElectedReplica {
    const id = `replica-${this.replicas.length + 1}`;
    const replica = new ElectedReplica(this.store, id, this.name, options);
    this.replicas.push(replica);
    return replica;
  }

  /** The candidates that believe they lead. */
  get leaders(): ElectedReplica[] {
    return this.replicas.filter(({ leads }) => leads);
  }

  /** The one that leads. */
  get leader(): ElectedReplica {
    const [leader, ...others] = this.leaders;
    if (!leader || others.length > 0) throw new Error(`${others.length + (leader ? 1 : 0)} lead`);
    return leader;
  }

  /** Its process has died: nothing of it goes on, and nothing was released. */
  kill(replica: ElectedReplica): void {
    this.replicas.splice(this.replicas.indexOf(replica), 1);
  }

  async pass(milliseconds: number, step = STEP): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += step) {
      await this.time.advance(step);
      for (const replica of this.replicas) await replica.pass(step);
      this.mostLeaders = Math.max(this.mostLeaders, this.leaders.length);
    }
  }

  /** Passes time until somebody leads. Resolves to how long that took. */
  async untilElected(within: number): Promise<number> {
    for (let passed = 0; passed <= within; passed += STEP) {
      if (this.leaders.length > 0) return passed;
      await this.pass(STEP);
    }
    throw new Error(`nobody was elected within ${within} ms`);
  }
}
