import { expect } from '@jest/globals';
import type { ClaimAnswer, Outcome } from '../../../src/store/lock-store.js';
import { releaseOf } from './played-task.js';
import type { PlayedClaim, PlayedTask } from './played-task.js';
import { ReferenceLock } from './reference-lock.js';
import type { TravellingStore } from './travelling-stores.js';
import { Witness } from './witness.js';

/** What a command may look at before it is played: the reference, and the claims that were made so far. */
export class Reference {
  readonly lock = new ReferenceLock();
  readonly claims: PlayedClaim[] = [];
  now = Date.parse('2026-03-01T12:00:00.250Z');
  task: PlayedTask;

  constructor(task: PlayedTask) {
    this.task = task;
  }

  /** The n-th newest claim, in a circle. */
  claim(n: number): PlayedClaim {
    return this.claims.at(-1 - (n % this.claims.length))!;
  }
}

/** The store under test. Each step asks it and the reference the same, and compares what they say and the row. */
export class StoreStage {
  readonly witness = new Witness();

  constructor(
    private readonly travelling: TravellingStore,
    readonly name: string,
  ) {}

  async passTime(reference: Reference, milliseconds: number): Promise<void> {
    reference.now += milliseconds;
    await this.travelling.moveTo(reference.now);
  }

  async claim(reference: Reference, { request }: PlayedClaim): Promise<void> {
    const before = await this.travelling.snapshot(this.name);
    const expected = reference.lock.claim(request, reference.now);
    const [answer] = await this.travelling.store.claim([request]);
    expect(answer).toEqual(expected);
    await this.judge(reference, request, answer!, before);
  }

  /** All at once: who wins is open, but one does where one may. */
  async race(reference: Reference, claims: readonly PlayedClaim[]): Promise<void> {
    const { lock, now } = reference;
    const answers = await Promise.all(
      claims.map(async ({ request }) => {
        const [answer] = await this.travelling.store.claim([request]);
        return { request, answer: answer! };
      }),
    );
    const before = lock.copy();
    const mayBeWon = claims.some(({ request }) => lock.copy().claim(request, now).status === 'won');
    expect(answers.filter(({ answer }) => answer.status === 'won')).toHaveLength(mayBeWon ? 1 : 0);
    for (const { request, answer } of answers) {
      if (answer.status !== 'won') continue;
      expect(answer).toEqual(lock.claim(request, now));
      this.witness.won(request, answer);
    }
    for (const { request, answer } of answers) {
      if (answer.status === 'won') continue;
      // It came before the winner or after; one that would have won before met the winner's lock on the row.
      const possible = [before.copy().claim(request, now), lock.claim(request, now)].map(
        ({ status }) => status,
      );
      expect(possible.map((status) => (status === 'won' ? 'busy' : status))).toContain(answer.status);
    }
    await this.compareRow(reference);
  }

  async renew(reference: Reference, { request }: PlayedClaim, lease: number): Promise<void> {
    const before = await this.travelling.snapshot(this.name);
    const { name, token } = request;
    const renewal = { name, token, lease, maxHold: reference.task.maxHold };
    const isRenewed = reference.lock.renew(renewal, reference.now);
    const [answer] = await this.travelling.store.renew([renewal]);
    if (answer!.status === 'renewed') this.witness.renewed(token, answer!);
    const lockedUntil = new Date(reference.lock.row().lockedUntil);
    const { now } = reference;
    expect(answer).toEqual(isRenewed ? { status: 'renewed', now, lockedUntil } : { status: 'lost', now });
    await this.compareRow(reference);
    if (!isRenewed) expect(await this.travelling.snapshot(this.name)).toBe(before);
  }

  async release(reference: Reference, claim: PlayedClaim, outcome: Outcome): Promise<void> {
    const before = await this.travelling.snapshot(this.name);
    const request = releaseOf(claim, outcome);
    const isReleased = reference.lock.release(request, reference.now);
    const [answer] = await this.travelling.store.release([request]);
    expect(answer!.status).toBe(isReleased ? 'released' : 'gone');
    if (isReleased) this.witness.released(request.token, outcome);
    await this.compareRow(reference);
    if (!isReleased) expect(await this.travelling.snapshot(this.name)).toBe(before);
  }

  private async judge(
    reference: Reference,
    request: PlayedClaim['request'],
    answer: ClaimAnswer,
    before: string,
  ): Promise<void> {
    const isAnew = answer.status === 'won' && answer.startedAt.getTime() === reference.now;
    if (answer.status === 'won') this.witness.won(request, answer);
    await this.compareRow(reference);
    // What was refused, or had been won before, leaves no trace.
    if (!isAnew && before !== '') expect(await this.travelling.snapshot(this.name)).toBe(before);
  }

  private async compareRow({ lock }: Reference): Promise<void> {
    const row = await this.travelling.row(this.name);
    if (!row) return expect(lock.run).toBeUndefined();
    const { outcome, ...expected } = lock.row();
    expect(row).toMatchObject(expected);
    if (outcome !== undefined) expect(row.outcome).toBe(outcome);
  }
}
