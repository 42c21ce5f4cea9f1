import type {
  ClaimAnswer,
  ClaimRequest,
  LockStore,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../src/store/lock-store.js';
import type { WantedSignal } from '../../src/store/wanted-signal.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';

/** An answer, an error, or a promise of the one or the other. */
type Line<Answer> = Answer | Error | Promise<Answer>;

export interface Script {
  claim?: Line<ClaimAnswer>[];
  renew?: Line<RenewAnswer>[];
  release?: Line<ReleaseAnswer>[];
}

/** A store that answers what a script says, in its order; the last line is repeated. */
export class ScriptedStore implements LockStore {
  readonly claims: ClaimRequest[] = [];
  readonly renewals: RenewRequest[] = [];
  readonly releases: ReleaseRequest[] = [];
  readonly signals: (WantedSignal | undefined)[] = [];

  constructor(private readonly script: Script = {}) {}

  async prepare(): Promise<void> {}

  async claim([request]: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    this.signals.push(signal);
    return answer(this.script.claim ?? [won()], this.claims.push(request!));
  }

  async renew([request]: readonly RenewRequest[]): Promise<RenewAnswer[]> {
    return answer(this.script.renew ?? [renewed], this.renewals.push(request!));
  }

  async release([request]: readonly ReleaseRequest[]): Promise<ReleaseAnswer[]> {
    return answer(this.script.release ?? [{ status: 'released' }], this.releases.push(request!));
  }
}

async function answer<Answer>(lines: readonly Line<Answer>[], nth: number): Promise<Answer[]> {
  const line = await lines[Math.min(nth, lines.length) - 1]!;
  if (line instanceof Error) throw line;
  return [line];
}

/** A promise that a test settles when it wants to. */
export class Later<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => Object.assign(this, { resolve, reject }));
  }
}

export const TICK = new Date('2026-03-01T12:00:00Z');

export function won(overrides: Partial<Extract<ClaimAnswer, { status: 'won' }>> = {}): ClaimAnswer {
  const now = TICK.getTime();
  return {
    status: 'won',
    now,
    fence: 7n,
    startedAt: TICK,
    scheduledTime: TICK,
    lockedUntil: new Date(now + 300_000),
    recovering: false,
    ...overrides,
  };
}

export const renewed: Extract<RenewAnswer, { status: 'renewed' }> = {
  status: 'renewed',
  now: 0,
  lockedUntil: new Date(0),
};
export const lost: RenewAnswer = { status: 'lost', now: 0 };

export const busy: ClaimAnswer = { status: 'busy' };

export function held(heldBy = 'replica-b'): ClaimAnswer {
  const now = TICK.getTime();
  return { status: 'held', now, inProgress: true, heldBy, heldUntil: new Date(now + 60_000) };
}

export function early(dueIn: number): ClaimAnswer {
  return { status: 'early', now: TICK.getTime() - dueIn, dueIn };
}

/** The connection broke before the statement was sent. */
export const notSent = (): Error => new LockStoreUnavailableError('connection refused', false);
/** The connection broke after the statement was sent: it may have been carried out. */
export const answerLost = (): Error => new LockStoreUnavailableError('connection terminated', true);
