import type {
  ClaimAnswer,
  ClaimRequest,
  PreviousRun,
  ReleaseRequest,
  RenewRequest,
  WonAnswer,
} from '../../../src/store/lock-store.js';
import type { RunTrigger } from '../../../src/store/recorded-run.js';

/** The newest run of the task, as its claim and what followed have left it. */
interface NewestRun {
  /** None for a run that was cut off and whose tick waits for another claim. */
  token?: string;
  replica: string;
  trigger: RunTrigger;
  fence: bigint;
  startedAt: number;
  /** The tick that it was claimed for; none for a call. */
  tick?: number;
  leaseEnd: number;
  /** What becomes of its tick if it dies: it may run again, it is that second run, or neither. */
  recovery: 'possible' | 'under way' | 'none';
  finished?: { at: number; outcome: string; error?: string };
}

/** What a reader of the table should see. */
export interface ExpectedRow {
  lockedUntil: number;
  finishedAt: number | null;
  lastTick: number;
  fence: bigint;
  /** Undefined where the design leaves it to the store. */
  outcome?: string;
}

/** One lock by the rules of the design, without a store: what each answer must be at an instant. */
export class ReferenceLock {
  /** No tick at or before this one may be claimed any more. */
  lastTick = -Infinity;
  /** The next call with a minimum hold counts from here. */
  private lastStart = -Infinity;
  private fence = 0n;
  private lockedUntil = -Infinity;
  /** When the name got its row: nothing that was due before has been missed. */
  private madeAt?: number;
  run?: NewestRun;

  copy(): ReferenceLock {
    return Object.assign(new ReferenceLock(), structuredClone({ ...this }));
  }

  isInProgress(now: number): boolean {
    return this.run !== undefined && !this.run.finished && this.run.leaseEnd > now;
  }

  claim(request: ClaimRequest, now: number): ClaimAnswer {
    const { tick, token, tolerance } = request;
    this.madeAt ??= now;
    // Rule 6: asking again is the same claim, and a run that is over is never taken anew.
    if (this.run?.token === token) return this.run.finished ? this.done(now) : this.won(this.run, now);
    // Rule 4: not before it is due by the store's clock, whatever the row says.
    if (tick.kind === 'scheduled') {
      const dueIn = tick.scheduledTime.getTime() - now;
      if (dueIn > tolerance) return { status: 'early', now, dueIn };
    }
    const heldBy = this.run?.replica;
    if (this.isInProgress(now)) {
      return { status: 'held', now, inProgress: true, heldBy, heldUntil: new Date(this.run!.leaseEnd) };
    }
    if (this.isRecovery(request)) return this.grant(request, now, 'under way');
    if (tick.kind === 'abandoned') return this.done(now);
    // Rule 4: a tick runs once.
    if (tick.kind === 'scheduled' && tick.scheduledTime.getTime() <= this.lastTick) return this.done(now);
    // Rule 3: the claimer's own minimum hold.
    const heldUntil = this.minimumHoldEnd(request, now);
    const asksFor = tick.kind === 'scheduled' ? tick.scheduledTime.getTime() : now;
    if (asksFor < heldUntil) {
      return { status: 'held', now, inProgress: false, heldBy, heldUntil: new Date(heldUntil) };
    }
    if (!this.mayBeGranted(tick, now)) return this.done(now);
    return this.grant(request, now, request.recover && tick.kind !== 'call' ? 'possible' : 'none');
  }

  /** Whether the run still has its lock. */
  renew({ token, lease, maxHold }: RenewRequest, now: number): boolean {
    const { run } = this;
    if (run?.token !== token || !this.isInProgress(now)) return false;
    const asked = Math.min(now + lease, run.startedAt + maxHold);
    run.leaseEnd = this.lockedUntil = Math.max(run.leaseEnd, asked);
    return true;
  }

  /** Whether there was a run to end. */
  release({ token, tick, minHold, stepBack, outcome, error }: ReleaseRequest, now: number): boolean {
    const { run } = this;
    if (run?.token !== token || run.finished) return false;
    const isCutOff =
      (outcome === 'aborted' && run.recovery !== 'none') ||
      (outcome === 'returned' && run.recovery === 'under way');
    if (isCutOff) {
      // Its tick waits for the next claim: that is a run which died, with its lease over.
      run.leaseEnd = this.lockedUntil = now;
      run.recovery = 'possible';
      run.trigger = 'tick';
      run.token = undefined;
      return true;
    }
    run.finished = { at: now, outcome, error };
    if (outcome !== 'returned') {
      const from = tick === 'call' ? run.startedAt : this.lastTick;
      this.lockedUntil = Math.max(now, from + minHold);
      return true;
    }
    this.lockedUntil = now;
    if (tick === 'call') this.lastStart -= stepBack;
    else this.lastTick -= stepBack;
    return true;
  }

  row(): ExpectedRow {
    const { lastTick, fence, lockedUntil, run } = this;
    const finishedAt = run === undefined ? (this.madeAt ?? -Infinity) : (run.finished?.at ?? null);
    return { lockedUntil, finishedAt, lastTick, fence, outcome: run?.finished?.outcome };
  }

  private done(now: number): ClaimAnswer {
    return { status: 'done', now, lastTick: this.knownTick() };
  }

  private knownTick(): Date | undefined {
    return Number.isFinite(this.lastTick) ? new Date(this.lastTick) : undefined;
  }

  /** A tick that may have been missed has to be young enough, and younger than the name or its last tick. */
  private mayBeGranted(tick: ClaimRequest['tick'], now: number): boolean {
    if (tick.kind !== 'scheduled' || tick.catchupWindow === undefined) return true;
    const at = tick.scheduledTime.getTime();
    if (now - at > tick.catchupWindow) return false;
    if (this.lastTick > -Infinity) return true;
    const knownSince = this.run ? this.run.finished?.at : this.madeAt;
    return knownSince !== undefined && at > knownSince;
  }

  private isRecovery({ tick, recover }: ClaimRequest): boolean {
    if (!this.run || this.run.finished || this.run.recovery !== 'possible') return false;
    if (tick.kind === 'abandoned') return true;
    return recover && tick.kind === 'scheduled' && tick.scheduledTime.getTime() === this.lastTick;
  }

  private minimumHoldEnd({ tick, minHold }: ClaimRequest, now: number): number {
    switch (tick.kind) {
      case 'call':
        return minHold > 0 ? this.lastStart + minHold : -Infinity;
      case 'kept':
        return this.keptBefore(tick.interval, now) + Math.max(minHold, (tick.interval * 9) / 10);
      default:
        return this.lastTick + minHold;
    }
  }

  /** A kept tick that no claimer with this interval would have set comes from a longer one: it is no reason to wait. */
  private keptBefore(interval: number, now: number): number {
    const isAhead = this.lastTick - now > interval / 10;
    return isAhead ? Math.min(this.lastTick, this.lastStart) : this.lastTick;
  }

  private grant(request: ClaimRequest, now: number, recovery: NewestRun['recovery']): WonAnswer {
    const { tick, trigger, token, replica, lease } = request;
    const previous = this.unfinishedRun();
    const leftOpen = (previous && this.run?.token === undefined) || undefined;
    const lastTick = this.knownTick();
    const epoch = BigInt(now);
    this.fence = this.fence + 1n > epoch ? this.fence + 1n : epoch;
    if (tick.kind === 'scheduled') this.lastTick = tick.scheduledTime.getTime();
    if (tick.kind === 'kept') {
      const due = this.keptBefore(tick.interval, now) + tick.interval;
      this.lastTick = now - due >= tick.interval ? now : due;
    }
    this.lastStart = now;
    this.lockedUntil = now + lease;
    this.run = {
      token,
      replica,
      trigger: recovery === 'under way' ? 'recovery' : trigger,
      fence: this.fence,
      startedAt: now,
      tick: tick.kind === 'call' ? undefined : this.lastTick,
      leaseEnd: now + lease,
      recovery,
    };
    return { ...this.won(this.run, now), lastTick, previous, leftOpen };
  }

  private won({ fence, startedAt, tick, leaseEnd, recovery }: NewestRun, now: number): WonAnswer {
    return {
      status: 'won',
      now,
      fence,
      startedAt: new Date(startedAt),
      scheduledTime: tick === undefined ? undefined : new Date(tick),
      lockedUntil: new Date(leaseEnd),
      recovering: recovery === 'under way',
    };
  }

  private unfinishedRun(): PreviousRun | undefined {
    if (!this.run || this.run.finished) return undefined;
    const { replica, startedAt, fence, trigger } = this.run;
    return { replica, startedAt: new Date(startedAt), fence, trigger };
  }
}
