import { CLAIM_TIME } from './checker/fault-windows.js';
import { SeededRandom } from './random.js';
import { LEASE, TASKS } from './tasks.js';

export const REPLICAS = 10;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The clocks of these are moved; those of the others are right throughout, so that each tick is asked for in time. */
const MOVED = [6, 7, 8, 9];
const CLOCKS = [2 * SECOND, -2 * SECOND, 20 * SECOND, -20 * SECOND, 5 * MINUTE, -5 * MINUTE];
const KINDS: readonly ReplicaFault['kind'][] = ['kill', 'stop', 'term', 'clock', 'backends'];
/** Within so much time the faults of one group begin, so that their windows overlap. */
const BURST = 4 * SECOND;
const AROUND_RESTART = 1.5 * SECOND;
/** How long a fault lasts at most: a shutdown waits 2 s for its runs, and a restart takes less. */
export const LONGEST_FAULT = 3 * SECOND;
/** How long after a fault a tick may be missed at most: the lease and the interval of the tasks. */
const AFTERMATH = LEASE + Math.max(...TASKS.map(({ every }) => every));
/** In a shorter run there is no time for both groups of faults. */
export const SHORTEST_RUN = MINUTE;

/** What is done to one replica, known by its place: a replica that died is started again in the same one. */
export type ReplicaFault = { at: number; slot: number } & (
  | { kind: 'kill' | 'term'; restartAfter: number }
  | { kind: 'stop'; lasts: number }
  | { kind: 'clock'; ahead: number }
  | { kind: 'backends' }
);

export type DatabaseFault = { at: number; kind: 'restart'; mode: 'fast' | 'immediate' };

/** `at` is milliseconds from the instant at which all replicas are up. */
export type PlannedFault = ReplicaFault | DatabaseFault;

export interface Plan {
  /** How far the clock of each replica is ahead at its start, in milliseconds. */
  clocks: number[];
  faults: PlannedFault[];
}

/**
 * What will be done, and when: it follows from the seed alone. Faults come in groups, and each group is followed by as
 * much time in peace as its faults excuse missed ticks. So at least half of all ticks have no excuse, whatever the seed.
 */
export function planFor(seed: number, milliseconds: number): Plan {
  const random = new SeededRandom(seed);
  const clocks = Array.from({ length: REPLICAS }, () => 0);
  const firstClocks = random.shuffled(CLOCKS);
  for (const slot of MOVED) clocks[slot] = firstClocks[slot - MOVED[0]!]!;
  const replicas = new ReplicaFaults(random);
  const modes = new Bag<DatabaseFault['mode']>(random, ['fast', 'immediate']);
  const groups = new Bag(random, [
    { lasts: BURST, faultsAt: (at: number) => replicas.burst(at) },
    {
      lasts: AROUND_RESTART,
      faultsAt: (at: number): PlannedFault[] => [
        { at, kind: 'restart', mode: modes.draw() },
        replicas.one(at + random.between(0, AROUND_RESTART)),
      ],
    },
  ]);
  const faults: PlannedFault[] = [];
  for (let at = random.between(SECOND, 2 * SECOND); ;) {
    const { lasts, faultsAt } = groups.draw();
    const over = at + lasts + LONGEST_FAULT + AFTERMATH;
    const peaceUntil = over + (over - (at - CLAIM_TIME));
    if (peaceUntil > milliseconds) break;
    faults.push(...faultsAt(at));
    at = peaceUntil + CLAIM_TIME + random.between(0, SECOND);
  }
  return { clocks, faults: faults.sort((one, other) => one.at - other.at) };
}

class ReplicaFaults {
  private readonly kinds: Bag<ReplicaFault['kind']>;
  /** Those whose last fault is the longest ago stand first: a replica should be up when the next one comes. */
  private slots: number[];

  constructor(private readonly random: SeededRandom) {
    this.kinds = new Bag(random, KINDS);
    this.slots = random.shuffled(Array.from({ length: REPLICAS }, (_, slot) => slot));
  }

  one(at: number): ReplicaFault {
    const kind = this.kinds.draw();
    const fit = kind === 'clock' ? this.slots.filter((slot) => MOVED.includes(slot)) : this.slots;
    const slot = this.random.of(fit.slice(0, Math.ceil(fit.length / 2)));
    this.slots = [...this.slots.filter((other) => other !== slot), slot];
    return { at, slot, ...details(kind, this.random) };
  }

  /** As many faults as there are kinds. */
  burst(from: number): ReplicaFault[] {
    const part = BURST / KINDS.length;
    return KINDS.map((_, nth) => this.one(from + nth * part + this.random.between(0, part)));
  }
}

type Details = ReplicaFault extends infer Fault
  ? Fault extends ReplicaFault
    ? Omit<Fault, 'at' | 'slot'>
    : never
  : never;

function details(kind: ReplicaFault['kind'], random: SeededRandom): Details {
  switch (kind) {
    case 'kill':
    case 'term':
      return { kind, restartAfter: random.between(0.5 * SECOND, 3 * SECOND) };
    case 'stop':
      // Past every lease, which is 5 s.
      return { kind, lasts: random.between(5.5 * SECOND, 9 * SECOND) };
    case 'clock':
      return { kind, ahead: random.of([...CLOCKS, 0]) };
    case 'backends':
      return { kind };
  }
}

/** Draws each kind once before any comes again, so that a short run has most of them. */
class Bag<T> {
  private rest: T[] = [];

  constructor(
    private readonly random: SeededRandom,
    private readonly kinds: readonly T[],
  ) {}

  draw(): T {
    if (this.rest.length === 0) this.rest = this.random.shuffled(this.kinds);
    return this.rest.pop()!;
  }
}
