import { randomUUID } from 'node:crypto';
import type { ClaimRequest, LockStore, ReleaseRequest, RenewRequest } from '../../src/store/lock-store.js';
import { aClaim, aRelease } from './claims.js';

const COMPANION = 'the companion';

/** Sends each request in a batch with one for another task: the rules must hold there as they do alone. */
export function inCompany(store: LockStore): LockStore {
  const claim = (): ClaimRequest =>
    aClaim({ name: COMPANION, tick: { kind: 'call' }, minHold: 0, lease: 1, token: randomUUID() });
  const renewal = (): RenewRequest => ({ name: COMPANION, token: randomUUID(), lease: 1, maxHold: 1 });
  const alone = <Answer>(answers: Answer[]): Answer[] => answers.slice(0, -1);
  return {
    prepare: (names) => store.prepare([...names, COMPANION]),
    claim: async (requests, signal) => alone(await store.claim([...requests, claim()], signal)),
    requests: store.requests,
    operator: store.operator,
    purge: (request) => store.purge!(request),
    renew: async (held, signal) => alone(await store.renew([...held, renewal()], signal)),
    release: async (held: readonly ReleaseRequest[], signal) =>
      alone(await store.release([...held, aRelease(claim())], signal)),
  };
}
