import fc from 'fast-check';
import type { Fate, Journey } from './faulty-link.js';
import type { Fleet, ReplicaStart } from './fleet.js';
import type { FleetTask, PlayedReplica, Work } from './played-replica.js';

const SECOND = 1_000;

/** Prints as it is written. */
const record: typeof fc.record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

/** A step of a script, `after` milliseconds. It is plain data: what a counterexample shows is all there is to it. */
export type ScriptStep = { after: number } & (
  | { do: 'call'; replica: number }
  | { do: 'extend'; replica: number; lease: number }
  | { do: 'crash'; replica: number }
  | { do: 'shut down'; replica: number; timeout: number }
  | { do: 'start'; start: ReplicaStart }
  | { do: 'stand still'; replica: number; duration: number; isOutsideFirst: boolean; isSuspended: boolean }
  | { do: 'set clock'; replica: number; by: number }
  | { do: 'outage'; replica: number | 'all'; fate: Fate; duration: number }
);

/** What happens to a fleet from its start to the end of all faults. */
export interface Script {
  task: FleetTask;
  replicas: ReplicaStart[];
  work: Work[];
  steps: ScriptStep[];
  /** Whether connections that went silent break at last, or stay silent for ever. */
  withReset: boolean;
  /** For what the library spreads by chance. */
  seed: number;
}

/** The longest that a request takes for one of its ways. */
export const LONGEST_WAY = 2.5 * SECOND;
/** How far the clocks are wrong when all begins. */
const LARGEST_SKEW = 15 * SECOND;

const tasks: fc.Arbitrary<FleetTask> = fc
  .record({
    kind: fc.constantFrom('scheduled', 'scheduled', 'kept'),
    interval: fc.constantFrom(10 * SECOND, 30 * SECOND),
    lease: fc.constantFrom(5 * SECOND, 9 * SECOND, 30 * SECOND, 120 * SECOND),
    maxHoldFactor: fc.constantFrom(1, 5),
    recover: fc.boolean(),
    claimTimeout: fc.constantFrom(SECOND, 5 * SECOND),
  } as const)
  .map(({ maxHoldFactor, lease, ...task }) => ({
    ...task,
    maxHold: task.interval * maxHoldFactor,
    lease: Math.min(lease, task.interval * maxHoldFactor),
    minHold: (task.interval * 9) / 10,
    tolerance: Math.min(SECOND, task.interval / 10),
  }));

const fates = fc.constantFrom<Fate>(
  'locked row',
  'refused',
  'lost',
  'carried out',
  'overtaken',
  'silent lost',
  'silent carried out',
  'broken',
);

const ways = fc.constantFrom(2, 2, 2, 40, 800, LONGEST_WAY);

const journeys: fc.Arbitrary<Journey> = record({
  fate: fc.oneof({ weight: 3, arbitrary: fc.constant<Fate>('answered') }, { weight: 2, arbitrary: fates }),
  wait: fc.constantFrom(0, 0, 0, 0, 900, LONGEST_WAY),
  there: ways,
  back: ways,
});

const starts: fc.Arbitrary<ReplicaStart> = record({
  ahead: fc.oneof(fc.constant(0), fc.integer({ min: -LARGEST_SKEW, max: LARGEST_SKEW })),
  phase: fc.nat(10 * SECOND),
  journeys: fc.array(journeys, { maxLength: 20 }),
});

const works: fc.Arbitrary<Work> = record({
  duration: fc.constantFrom(20, 800, 4 * SECOND, 12 * SECOND, 45 * SECOND, 100 * SECOND),
  fails: fc.boolean(),
  heedsSignal: fc.boolean(),
});

const after = fc.oneof(fc.nat(300), fc.nat(5 * SECOND), fc.nat(30 * SECOND));
const replica = fc.nat(4);
const durations = fc.oneof(fc.nat(2 * SECOND), fc.nat(20 * SECOND), fc.nat(90 * SECOND));

/**
 * A machine that was suspended and whose clock is then set back has no way to know how long it was away: fleets have the
 * one or the other.
 */
function steps(clocksAreSet: boolean): fc.Arbitrary<ScriptStep> {
  const standing = record({
    do: fc.constant('stand still'),
    after,
    replica,
    duration: durations,
    isOutsideFirst: fc.boolean(),
    isSuspended: clocksAreSet ? fc.constant(false) : fc.boolean(),
  } as const);
  const setting = record({
    do: fc.constant('set clock'),
    after,
    replica,
    by: fc.integer({ min: -40 * SECOND, max: 40 * SECOND }),
  } as const);
  return fc.oneof(
    record({ do: fc.constant('call'), after, replica } as const),
    record({ do: fc.constant('extend'), after, replica, lease: durations } as const),
    record({ do: fc.constant('crash'), after, replica } as const),
    record({ do: fc.constant('shut down'), after, replica, timeout: fc.nat(5 * SECOND) } as const),
    record({ do: fc.constant('start'), after, start: starts } as const),
    standing,
    standing,
    clocksAreSet ? setting : standing,
    record({
      do: fc.constant('outage'),
      after,
      replica: fc.oneof(replica, fc.constant<'all'>('all')),
      fate: fates,
      duration: durations,
    } as const),
  );
}

export function scripts(clocksAreSet: boolean): fc.Arbitrary<Script> {
  return record({
    task: tasks,
    replicas: fc.array(starts, { minLength: 2, maxLength: 4 }),
    work: fc.array(works, { maxLength: 12 }),
    steps: fc.array(steps(clocksAreSet), { maxLength: 25, size: 'max' }),
    withReset: fc.constantFrom(true, true, false),
    seed: fc.nat(),
  });
}

export async function play(fleet: Fleet, { replicas, steps }: Script): Promise<void> {
  for (const start of replicas) fleet.start(start);
  for (const step of steps) {
    await fleet.pass(step.after);
    playStep(fleet, step);
  }
}

function playStep(fleet: Fleet, step: ScriptStep): void {
  if (step.do === 'start') return void fleet.start(step.start);
  const awake = fleet.replicas.filter(({ clock }) => clock.isAwake);
  const chosen: PlayedReplica[] =
    step.replica === 'all'
      ? awake
      : awake.filter((_, index) => index === Number(step.replica) % awake.length);
  if (step.do === 'outage') return fleet.cutOff(chosen, step.fate, step.duration);
  for (const replica of chosen) {
    switch (step.do) {
      case 'call':
        replica.call();
        break;
      case 'extend':
        replica.extend(step.lease);
        break;
      case 'crash':
        replica.clock.die();
        break;
      case 'shut down':
        void replica.shutDown(step.timeout);
        break;
      case 'stand still':
        fleet.stand(replica, step.duration, step.isSuspended, step.isOutsideFirst);
        break;
      case 'set clock':
        replica.clock.setWall(step.by);
        break;
    }
  }
}
