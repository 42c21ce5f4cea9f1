import { strict as assert } from 'node:assert';
import type { ClaimRequest, Outcome, RenewAnswer, WonAnswer } from '../../../src/store/lock-store.js';

/** A claim that the store granted, as far as the store's own answers tell. */
interface Grant {
  request: ClaimRequest;
  answer: WonAnswer;
  leaseEnd: number;
  ended?: Outcome;
}

/**
 * Checks the promises of the design by the store's answers alone: it knows nothing of the rules by which they come
 * about, so that a rule that store and reference got wrong alike is seen too.
 */
export class Witness {
  private readonly grants: Grant[] = [];

  won(request: ClaimRequest, answer: WonAnswer): void {
    const newest = this.grants.at(-1);
    if (newest?.request.token === request.token && !newest.ended) return this.sameClaim(newest, answer);
    this.oneHolder(answer.now);
    for (const { answer: earlier } of this.grants) assert.ok(answer.fence > earlier.fence, 'the fence grew');
    if (answer.recovering) this.recoveredOnce(answer.scheduledTime!.getTime());
    else if (request.tick.kind === 'scheduled') this.tickOnce(request, answer);
    else if (request.tick.kind === 'kept') this.keptApart(request.tick.interval, request, answer);
    else if (request.tick.kind === 'call') this.startsApart(request, answer);
    this.grants.push({ request, answer, leaseEnd: answer.lockedUntil.getTime() });
  }

  renewed(token: string, { now, lockedUntil }: Extract<RenewAnswer, { status: 'renewed' }>): void {
    const grant = this.open(token);
    assert.ok(grant, 'only a run that was granted is renewed, and not after its release');
    assert.equal(grant, this.grants.at(-1), 'a run that was followed by another is not renewed');
    assert.ok(grant.leaseEnd > now, 'a lease that is over is not renewed');
    grant.leaseEnd = lockedUntil.getTime();
  }

  released(token: string, outcome: Outcome): void {
    const grant = this.open(token);
    assert.ok(grant, 'only a run that was granted is released, and once');
    assert.equal(grant, this.grants.at(-1), 'a run that was followed by another is not released');
    grant.ended = outcome;
  }

  private open(token: string): Grant | undefined {
    return this.grants.findLast(({ request, ended }) => request.token === token && !ended);
  }

  private sameClaim({ answer: first }: Grant, again: WonAnswer): void {
    const { fence, startedAt, scheduledTime } = again;
    assert.deepEqual(
      { fence, startedAt, scheduledTime },
      { fence: first.fence, startedAt: first.startedAt, scheduledTime: first.scheduledTime },
      'asking again is the same claim',
    );
  }

  private oneHolder(now: number): void {
    const holders = this.grants.filter(({ ended, leaseEnd }) => !ended && leaseEnd > now);
    assert.deepEqual(holders, [], 'nobody else holds the lock');
  }

  private tickOnce({ minHold, tolerance }: ClaimRequest, { now, scheduledTime }: WonAnswer): void {
    const tick = scheduledTime!.getTime();
    assert.ok(tick <= now + tolerance, 'a tick is not granted before it is due');
    const used = this.grants.filter(({ ended }) => ended !== 'returned');
    for (const { answer } of used) {
      if (!answer.scheduledTime) continue;
      const earlier = answer.scheduledTime.getTime();
      assert.ok(tick > earlier, 'no tick is granted at or before one that was granted');
      assert.ok(tick - earlier >= minHold, 'the minimum hold lies between two ticks');
    }
  }

  private recoveredOnce(tick: number): void {
    const last = this.grants.at(-1);
    assert.equal(last?.answer.scheduledTime?.getTime(), tick, 'what is recovered is the newest tick');
    assert.ok(last.request.recover, 'a tick is recovered only where that was asked for');
    const isCutOff = last.ended === undefined || last.ended === 'aborted' || last.ended === 'returned';
    assert.ok(isCutOff, 'a tick that was finished is not recovered');
    const ofThisTick = this.grants.filter(({ answer }) => answer.scheduledTime?.getTime() === tick);
    const died = ofThisTick.filter(({ ended }) => ended === undefined);
    assert.ok(died.length <= 1, 'a tick is recovered from one death and not from two');
  }

  private keptApart(interval: number, { minHold }: ClaimRequest, { now, scheduledTime }: WonAnswer): void {
    const tick = scheduledTime!.getTime();
    assert.ok(tick - now <= interval / 10, 'a kept tick is granted a tenth of the interval early at most');
    // A tick that another interval kept may lie anywhere: the replicas were deployed with a new one.
    const others = this.grants.findLastIndex(
      ({ request: { tick } }) => tick.kind === 'kept' && tick.interval !== interval,
    );
    for (const { answer, ended } of this.grants.slice(others + 1)) {
      // What a recovery runs is a tick that was kept before, perhaps by another interval.
      if (ended === 'returned' || !answer.scheduledTime || answer.recovering) continue;
      const apart = tick - answer.scheduledTime.getTime();
      assert.ok(apart >= interval && apart >= minHold, 'kept ticks lie an interval apart');
    }
  }

  private startsApart({ minHold }: ClaimRequest, { startedAt }: WonAnswer): void {
    if (minHold === 0) return;
    for (const { answer, ended } of this.grants) {
      if (ended === 'returned') continue;
      const apart = startedAt.getTime() - answer.startedAt.getTime();
      assert.ok(apart >= minHold, 'the minimum hold lies between two calls');
    }
  }
}
