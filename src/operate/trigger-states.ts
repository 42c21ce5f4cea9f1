import { lockOf } from '../store/lock-name.js';
import type { OperatorStore, RecordedAction, TriggerAnswer } from '../store/operator-store.js';
import { RUN_OUTCOMES } from '../store/recorded-run.js';
import type { RunOutcome } from '../store/recorded-run.js';
import type { TriggerState } from './operator-types.js';
import { isDead } from './state-shapes.js';

/** Milliseconds for which a trigger waits for a replica. */
export const TRIGGER_WAIT = 5 * 60_000;

/** How many runs, or actions, are searched for those of a trigger. */
const SEARCHED = 100;

const SKIPPED = 'skipped: ';

/** The answer of a trigger that was taken and did not begin in time, so that it never will. */
const EXPIRED = 'expired';

type Reads = Pick<OperatorStore, 'now' | 'lock' | 'runs' | 'actions'>;

/** What has become of a trigger. Of one whose replica died its run tells. */
export async function triggerState(store: Reads, action: RecordedAction): Promise<TriggerState> {
  const { id, answer, error, takenBy, expiresAt = action.at } = action;
  if (answer !== undefined) return answeredTrigger(id, { answer, fence: action.fence, error }, takenBy);
  const now = await store.now();
  const isExpired = now >= expiresAt;
  if (takenBy === undefined)
    return isExpired
      ? { status: 'expired', id, replica: null }
      : { status: 'waiting', id, expiresAt: expiresAt.toISOString() };
  const fence = action.fence ?? (isExpired ? await fenceInRow(store, action, takenBy) : undefined);
  if (fence === undefined)
    return isExpired
      ? { status: 'expired', id, replica: takenBy }
      : { status: 'running', id, replica: takenBy, fence: null };
  const ended = await endOf(store, action, fence, now);
  if (!ended) return { status: 'running', id, replica: takenBy, fence: String(fence) };
  return { status: 'executed', id, fence: String(fence), ...ended };
}

/** What came of a trigger, as its answer says. */
export function answeredTrigger(
  id: string,
  { answer, fence, error }: TriggerAnswer,
  replica?: string,
): TriggerState {
  if (isOutcome(answer) && fence !== undefined)
    return { status: 'executed', id, fence: String(fence), outcome: answer, error: error ?? null };
  if (answer === EXPIRED) return { status: 'expired', id, replica: replica ?? null };
  return {
    status: 'skipped',
    id,
    reason: answer.startsWith(SKIPPED) ? answer.slice(SKIPPED.length) : answer,
  };
}

/**
 * The fence of a run that has begun, and whose replica has not been able to write that down: the row of the lock shows a
 * run that this replica began for an operator, and that no other trigger has.
 */
async function fenceInRow(
  store: Reads,
  { name, key, at }: RecordedAction,
  replica: string,
): Promise<bigint | undefined> {
  const lock = await store.lock(lockOf(name, key));
  if (lock?.outcome !== 'operator' || lock.heldBy !== replica || lock.startedAt < at) return undefined;
  const others = await store.actions(name, SEARCHED);
  return others.some(({ fence }) => fence === lock.fence) ? undefined : lock.fence;
}

/** How the run of a trigger ended whose replica did not say so; nothing while it may still run. */
async function endOf(
  store: Reads,
  { name, key }: RecordedAction,
  fence: bigint,
  now: Date,
): Promise<{ outcome: RunOutcome; error: string | null } | undefined> {
  const lock = await store.lock(lockOf(name, key));
  if (lock?.fence === fence && !lock.finishedAt && !isDead(lock, now)) return undefined;
  const run = (await store.runs({ task: name, key, limit: SEARCHED })).find((each) => each.fence === fence);
  if (run) return { outcome: run.outcome, error: run.error ?? null };
  const inRow = lock?.fence === fence && lock.finishedAt ? lock.outcome : undefined;
  return { outcome: inRow !== undefined && isOutcome(inRow) ? inRow : 'died', error: null };
}

function isOutcome(text: string): text is RunOutcome {
  return RUN_OUTCOMES.some((each) => each === text);
}
