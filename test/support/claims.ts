import { randomUUID } from 'node:crypto';
import type { ClaimRequest, ReleaseRequest } from '../../src/store/lock-store.js';

/** A claim of a tick that is due now, of a task that is due each minute. */
export function aClaim(overrides: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    name: 'task',
    task: 'task',
    trigger: 'tick',
    token: randomUUID(),
    replica: 'replica-a',
    tick: { kind: 'scheduled', scheduledTime: new Date(Math.floor(Date.now() / 1_000) * 1_000) },
    recover: false,
    minHold: 54_000,
    lease: 300_000,
    tolerance: 1_000,
    ...overrides,
  };
}

export function aRelease(claim: ClaimRequest, overrides: Partial<ReleaseRequest> = {}): ReleaseRequest {
  const { name, token, tick, minHold } = claim;
  const end = { tick: tick.kind, minHold, stepBack: minHold, durable: false } as const;
  return { name, token, ...end, outcome: 'succeeded', ...overrides };
}
