import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { ClaimRequest, Outcome, ReleaseRequest, TickRequest } from '../../../src/store/lock-store.js';
import { releaseOf as releaseOfClaim } from '../../../src/lock/task-claim.js';
import type { TaskClaim } from '../../../src/lock/task-claim.js';

/** A task as its replicas have it configured. Durations are milliseconds. */
export interface PlayedTask {
  kind: 'scheduled' | 'kept' | 'called';
  interval: number;
  lease: number;
  maxHold: number;
  recover: boolean;
  replicas: readonly PlayedReplica[];
}

/** What one replica has of its own. */
export interface PlayedReplica {
  id: string;
  /** How far its clock is ahead of the store's. */
  skew: number;
  /** Its minimum hold: in a rolling deployment not all replicas have the same. */
  minHold: number;
}

/** One claim with its token, as often as it is asked. */
export interface PlayedClaim {
  task: TaskClaim;
  request: ClaimRequest;
}

const SECOND = 1_000;

export const playedTasks: fc.Arbitrary<PlayedTask> = fc
  .record({
    kind: fc.constantFrom('scheduled', 'scheduled', 'kept', 'called'),
    interval: fc.constantFrom(5 * SECOND, 60 * SECOND, 3_600 * SECOND),
    lease: fc.constantFrom(4 * SECOND, 54 * SECOND, 60 * SECOND),
    maxHold: fc.constantFrom(60 * SECOND, 300 * SECOND),
    recover: fc.boolean(),
    replicas: fc.array(
      fc.record({
        skew: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
        minHoldFactor: fc.constantFrom(0.9, 0.9, 0.9, 0.5, 0),
      }),
      { minLength: 2, maxLength: 4 },
    ),
  } as const)
  .map(({ replicas, ...task }) => ({
    ...task,
    replicas: replicas.map(({ skew, minHoldFactor }, index) => ({
      id: `replica-${index}`,
      skew,
      minHold: Math.round(task.interval * minHoldFactor),
    })),
  }));

export function claimOf(
  { interval, lease, maxHold, recover }: PlayedTask,
  name: string,
  replica: PlayedReplica,
  tick: TickRequest,
  minHold: number,
): PlayedClaim {
  const tolerance = Math.min(SECOND, interval / 10);
  const trigger = tick.kind === 'call' ? ('call' as const) : ('tick' as const);
  const task = { name, task: name, trigger, tick, recover, minHold, maxHold, lease, tolerance };
  const request = {
    name,
    task: name,
    trigger,
    token: randomUUID(),
    replica: replica.id,
    tick,
    recover,
    minHold,
    lease,
    tolerance,
  };
  return { task, request };
}

export function releaseOf({ task, request }: PlayedClaim, outcome: Outcome): ReleaseRequest {
  return releaseOfClaim(task, request.token, outcome, outcome === 'failed' ? 'no more paper' : undefined);
}
