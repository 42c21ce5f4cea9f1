import type { Commit } from '../evidence.js';
import type { ChaosTask } from '../tasks.js';
import { clockTime, linesOf } from './offences.js';
import type { Offence } from './offences.js';
import type { Run } from './runs.js';

/** The claim's time reaches the run in whole milliseconds, so it may be this much later than it says. */
const TRUNCATED = 1;

/**
 * Commits of a run after a later one of the task had the lock.
 *
 * Each run writes a row `begun`, by itself and before its transaction, and its transaction writes a row `effect`;
 * Postgres records when each was committed. Under the lock an effect is committed before the next claim is won, thus
 * before the next fence begins. So an effect is stale where a higher fence of its task had been claimed, or had begun,
 * when it was committed. That a holder stopped between its writes and its commit is seen by this: what counts is the
 * commit, not the write.
 */
export function staleCommits(task: string, commits: readonly Commit[]): Offence[] {
  const lastFenceFirst = commits
    .filter((commit) => commit.task === task)
    .sort((one, other) => Number(other.fence - one.fence));
  const offences: Offence[] = [];
  /** The first to have begun: of the fences above the one that is looked at, and of that one with them. */
  let [later, notEarlier]: (Commit | undefined)[] = [];
  let fence: bigint | undefined;
  for (const commit of lastFenceFirst) {
    if (commit.fence !== fence) [later, fence] = [notEarlier, commit.fence];
    if (!notEarlier || begunAt(commit) < begunAt(notEarlier)) notEarlier = commit;
    if (commit.what !== 'effect' || !later || begunAt(later) >= commit.committedAt) continue;
    const what =
      `fence ${commit.fence} of ${commit.replica} committed at ${clockTime(commit.committedAt)}, and fence ` +
      `${later.fence} of ${later.replica} was claimed at ${clockTime(later.claimedAt)}`;
    offences.push({ kind: 'stale commit', task, what, lines: [] });
  }
  return offences;
}

function begunAt({ claimedAt, committedAt }: Commit): number {
  return Math.min(claimedAt + TRUNCATED, committedAt);
}

/** A transaction that said that it committed, and whose effect is not there. */
export function lostCommits(
  { name, body }: ChaosTask,
  runs: readonly Run[],
  commits: readonly Commit[],
): Offence[] {
  if (body.kind !== 'transaction') return [];
  const committed = new Set(
    commits.filter(({ what, task }) => what === 'effect' && task === name).map(({ fence }) => fence),
  );
  return runs
    .filter(({ end, fence }) => end?.event === 'end' && end.error === undefined && !committed.has(fence))
    .map((run) => {
      const what = `fence ${run.fence} on ${run.replica} ended well, and its effect is not there`;
      return { kind: 'lost commit', task: name, what, lines: linesOf(run) };
    });
}
