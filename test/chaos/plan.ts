import { SeededRandom } from './random.js';

export const REPLICAS = 10;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The clocks of these are moved; those of the others are right throughout, so that each tick is asked for in time. */
const MOVED = [6, 7, 8, 9];
const CLOCKS = [2 * SECOND, -2 * SECOND, 20 * SECOND, -20 * SECOND, 5 * MINUTE, -5 * MINUTE];
/** No fault begins so late that nothing could be seen of what it did. */
const QUIET_END = 10 * SECOND;

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

/** What will be done, and when: it follows from the seed alone. */
export function planFor(seed: number, milliseconds: number): Plan {
  const random = new SeededRandom(seed);
  const clocks = Array.from({ length: REPLICAS }, () => 0);
  const firstClocks = random.shuffled(CLOCKS);
  for (const slot of MOVED) clocks[slot] = firstClocks[slot - MOVED[0]!]!;
  const end = milliseconds - QUIET_END;
  const faults = [...replicaFaults(random, end), ...databaseFaults(random, end)];
  return { clocks, faults: faults.sort((one, other) => one.at - other.at) };
}

function replicaFaults(random: SeededRandom, end: number): ReplicaFault[] {
  const faults: ReplicaFault[] = [];
  const kinds = new Bag<ReplicaFault['kind']>(random, ['kill', 'stop', 'term', 'clock', 'backends']);
  /** Those whose last fault is the longest ago stand first: a replica should be up when the next one comes. */
  let slots = random.shuffled(Array.from({ length: REPLICAS }, (_, slot) => slot));
  let at = random.between(SECOND, 3 * SECOND);
  for (; at < end; at += random.between(5 * SECOND, 8 * SECOND)) {
    const kind = kinds.draw();
    const fit = kind === 'clock' ? slots.filter((slot) => MOVED.includes(slot)) : slots;
    const slot = random.of(fit.slice(0, Math.ceil(fit.length / 2)));
    slots = [...slots.filter((other) => other !== slot), slot];
    faults.push({ at, slot, ...details(kind, random) });
  }
  return faults;
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

function databaseFaults(random: SeededRandom, end: number): DatabaseFault[] {
  const faults: DatabaseFault[] = [];
  const modes = new Bag<DatabaseFault['mode']>(random, ['fast', 'immediate']);
  let at = random.between(5 * SECOND, 15 * SECOND);
  for (; at < end; at += random.between(26 * SECOND, 40 * SECOND)) {
    faults.push({ at, kind: 'restart', mode: modes.draw() });
  }
  return faults;
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
