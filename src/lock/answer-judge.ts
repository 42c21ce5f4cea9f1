import type { ClaimAnswer, WonAnswer } from '../store/lock-store.js';
import type { LeftBehindWatch } from './left-behind-watch.js';
import type { LockReleaser } from './lock-releaser.js';
import type { Skipped, TaskClaim } from './task-claim.js';

/** The claim came before its tick was due, and is made again when it is. */
export type EarlyAnswer = Extract<ClaimAnswer, { status: 'early' }>;

/** Judges the answers to a claim that did not win. */
export class AnswerJudge {
  constructor(
    private readonly replicaId: string,
    private readonly releaser: Pick<LockReleaser, 'hurry'>,
    private readonly leftBehind: Pick<LeftBehindWatch, 'lookAfter'>,
  ) {}

  /** What ends the attempt; or, as a text, the problem for which it is sent again. */
  judge(claim: TaskClaim, answer: Exclude<ClaimAnswer, WonAnswer>): Skipped | EarlyAnswer | string {
    switch (answer.status) {
      case 'early':
        return answer;
      case 'done':
        return { status: 'skipped', reason: 'done' };
      case 'held': {
        const { heldBy, heldUntil, inProgress, now } = answer;
        if (this.isOnlyUnreleased(claim.name, heldBy))
          return 'its last run here is over, but its release has had no answer yet';
        if (inProgress && heldUntil) this.leftBehind.lookAfter(claim, heldUntil.getTime() - now);
        return { status: 'skipped', reason: 'held', heldBy, heldUntil };
      }
      case 'paused':
        // A tick that a dead run left may be recovered once the pause is over.
        this.leftBehind.lookAfter(claim, claim.lease);
        return { status: 'skipped', reason: 'paused' };
      case 'busy':
        return 'its row stayed locked by another transaction';
    }
  }

  /** Whether the row shows a run of this replica that is over, and whose release has no answer yet. */
  private isOnlyUnreleased(name: string, heldBy?: string): boolean {
    return heldBy === this.replicaId && this.releaser.hurry(name);
  }
}
