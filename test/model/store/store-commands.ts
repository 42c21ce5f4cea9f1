import fc from 'fast-check';
import type { Outcome, TickRequest } from '../../../src/store/lock-store.js';
import { claimOf } from './played-task.js';
import type { PlayedClaim, PlayedReplica } from './played-task.js';
import type { Reference, StoreStage } from './store-stage.js';

type StoreCommand = fc.AsyncCommand<Reference, StoreStage>;

/** A step of any kind; `describe` is what a counterexample shows of it. */
class Step implements StoreCommand {
  constructor(
    private readonly describe: string,
    private readonly play: (reference: Reference, stage: StoreStage) => Promise<void>,
    private readonly isPossible: (reference: Readonly<Reference>) => boolean = () => true,
  ) {}

  check(reference: Readonly<Reference>): boolean {
    return this.isPossible(reference);
  }

  run(reference: Reference, stage: StoreStage): Promise<void> {
    return this.play(reference, stage);
  }

  toString(): string {
    return this.describe;
  }
}

const hasClaims = ({ claims }: Readonly<Reference>): boolean => claims.length > 0;

function replicaOf({ task }: Reference, index: number): PlayedReplica {
  return task.replicas[index % task.replicas.length]!;
}

/** What a replica asks for when its timer fires; `ago` ticks late, or with -1 for the coming one. */
function tickOf({ task, now }: Reference, { skew }: PlayedReplica, ago: number): TickRequest {
  if (task.kind === 'called') return { kind: 'call' };
  if (task.kind === 'kept') return { kind: 'kept', interval: task.interval };
  const latest = Math.floor((now + skew) / task.interval) - ago;
  return { kind: 'scheduled', scheduledTime: new Date(latest * task.interval) };
}

function tickClaim(reference: Reference, stage: StoreStage, index: number, ago: number): PlayedClaim {
  const replica = replicaOf(reference, index);
  const tick = tickOf(reference, replica, ago);
  const claim = claimOf(reference.task, stage.name, replica, tick, replica.minHold);
  reference.claims.push(claim);
  return claim;
}

const replicas = fc.nat(3);
/** Mostly the newest claim, and now and then one that is long over. */
const claims = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(5) });

const tick = fc
  .tuple(replicas, fc.constantFrom(0, 0, 0, 0, 1, 2, -1))
  .map(
    ([index, ago]) =>
      new Step(`tick(replica ${index}, ${ago} ago)`, (reference, stage) =>
        stage.claim(reference, tickClaim(reference, stage, index, ago)),
      ),
  );

const race = fc.uniqueArray(replicas, { minLength: 2, maxLength: 4 }).map(
  (indexes) =>
    new Step(`race(replicas ${indexes.join()})`, (reference, stage) =>
      stage.race(
        reference,
        indexes.map((index) => tickClaim(reference, stage, index, 0)),
      ),
    ),
);

/** A look for a tick that may have been missed, within so many intervals. */
const lookForMissed = fc.tuple(replicas, fc.constantFrom(0, 0, 1, 2), fc.constantFrom(0.5, 1, 3)).map(
  ([index, ago, intervals]) =>
    new Step(
      `look for missed(replica ${index}, ${ago} ago, ${intervals} intervals)`,
      (reference, stage) => {
        const replica = replicaOf(reference, index);
        const tick = tickOf(reference, replica, ago);
        if (tick.kind === 'scheduled') tick.catchupWindow = intervals * reference.task.interval;
        const claim = claimOf(reference.task, stage.name, replica, tick, replica.minHold);
        reference.claims.push(claim);
        return stage.claim(reference, claim);
      },
      ({ task }) => task.kind === 'scheduled',
    ),
);

/** A call past the schedule: no tick, no minimum hold. */
const directCall = replicas.map(
  (index) =>
    new Step(`call(replica ${index})`, (reference, stage) => {
      const call = claimOf(reference.task, stage.name, replicaOf(reference, index), { kind: 'call' }, 0);
      reference.claims.push(call);
      return stage.claim(reference, call);
    }),
);

const look = replicas.map(
  (index) =>
    new Step(
      `look(replica ${index})`,
      (reference, stage) => {
        const replica = replicaOf(reference, index);
        const tick = { kind: 'abandoned' } as const;
        const claim = claimOf(reference.task, stage.name, replica, tick, replica.minHold);
        reference.claims.push(claim);
        return stage.claim(reference, claim);
      },
      ({ task }) => task.recover && task.kind !== 'called',
    ),
);

const askAgain = claims.map(
  (n) =>
    new Step(`ask again(${n})`, (reference, stage) => stage.claim(reference, reference.claim(n)), hasClaims),
);

const renew = fc
  .tuple(claims, fc.constantFrom(0.01, 1, 1, 10))
  .map(
    ([n, leases]) =>
      new Step(
        `renew(${n}, ${leases} leases)`,
        (reference, stage) => stage.renew(reference, reference.claim(n), leases * reference.task.lease),
        hasClaims,
      ),
  );

const release = fc
  .tuple(claims, fc.constantFrom<Outcome>('succeeded', 'succeeded', 'failed', 'returned', 'aborted'))
  .map(
    ([n, outcome]) =>
      new Step(
        `release(${n}, ${outcome})`,
        (reference, stage) => stage.release(reference, reference.claim(n), outcome),
        hasClaims,
      ),
  );

const wait = fc
  .tuple(fc.constantFrom('interval', 'lease'), fc.constantFrom(0.001, 0.05, 0.5, 0.9, 1, 1, 2, 3))
  .map(
    ([unit, times]) =>
      new Step(`wait(${times} × ${unit})`, (reference, stage) =>
        stage.passTime(reference, Math.round(reference.task[unit] * times)),
      ),
  );

/** To the instants at which an answer changes, and to the millisecond before. */
const waitUntil = fc.tuple(fc.constantFrom('lock is free', 'next tick'), fc.constantFrom(-1, 0)).map(
  ([edge, offset]) =>
    new Step(`wait until(${edge} ${offset})`, (reference, stage) => {
      const { lock, now, task } = reference;
      const nextTick = (Math.floor(now / task.interval) + 1) * task.interval;
      const until = (edge === 'next tick' ? nextTick : lock.row().lockedUntil) + offset;
      return stage.passTime(reference, Math.max(until - now, 0));
    }),
);

const setClock = fc.tuple(replicas, fc.integer({ min: -90_000, max: 90_000 })).map(
  ([index, skew]) =>
    new Step(`set clock(replica ${index}, ${skew})`, async (reference) => {
      const { task } = reference;
      const changed = replicaOf(reference, index);
      const replicas = task.replicas.map((replica) => (replica === changed ? { ...replica, skew } : replica));
      reference.task = { ...task, replicas };
    }),
);

/** All replicas are deployed with another interval, and what was claimed by the old ones may still come. */
const setInterval = fc.constantFrom(5_000, 60_000, 3_600_000).map(
  (interval) =>
    new Step(`set interval(${interval})`, async (reference) => {
      const { task } = reference;
      const replicas = task.replicas.map((replica) => ({ ...replica, minHold: (interval * 9) / 10 }));
      reference.task = { ...task, interval, replicas };
    }),
);

export const storeCommands: fc.Arbitrary<StoreCommand>[] = [
  tick,
  tick,
  race,
  directCall,
  look,
  lookForMissed,
  askAgain,
  renew,
  release,
  release,
  wait,
  wait,
  waitUntil,
  setClock,
  setInterval,
];
