import { lockOf } from '../store/lock-name.js';
import type { OperatorStore, RecordedAction, TriggerAnswer } from '../store/operator-store.js';
import { RUN_OUTCOMES } from '../store/recorded-run.js';
import type { RunOutcome } from '../store/recorded-run.js';
import type { TriggerState } from './operator-types.js';
import { isDead } from './state-shapes.js';

/** Milliseconds for which a trigger waits for a replica. */
export const TRIGGER_WAIT = 5 * 60_000;

/** Milliseconds after which one that was taken and never began counts as expired: its replica died in between. */
const LONGEST_START = 60 * 60_000;

/** How many runs are searched for that of a trigger. */
const SEARCHED = 100;

const SKIPPED = 'skipped: ';

type Reads = Pick<OperatorStore, 'now' | 'lock' | 'runs'>;

/** What has become of a trigger. Of one whose replica died its run tells. */
export async function triggerState(store: Reads, action: RecordedAction): Promise<TriggerState> {
  const { id, at, answer, fence, error, takenBy } = action;
  if (answer !== undefined) return answeredTrigger(id, { answer, fence, error });
  const now = await store.now();
  const expiresAt = at.getTime() + TRIGGER_WAIT;
  if (takenBy === undefined) {
    if (now.getTime() > expiresAt) return { status: 'expired', id };
    return { status: 'waiting', id, expiresAt: new Date(expiresAt).toISOString() };
  }
  if (fence === undefined) {
    if (now.getTime() > at.getTime() + LONGEST_START) return { status: 'expired', id };
    return { status: 'running', id, replica: takenBy, fence: null };
  }
  const ended = await endOf(store, action, fence, now);
  if (!ended) return { status: 'running', id, replica: takenBy, fence: String(fence) };
  return { status: 'executed', id, fence: String(fence), ...ended };
}

/** What came of a trigger, as its answer says. */
export function answeredTrigger(id: string, { answer, fence, error }: TriggerAnswer): TriggerState {
  if (isOutcome(answer) && fence !== undefined)
    return { status: 'executed', id, fence: String(fence), outcome: answer, error: error ?? null };
  if (answer === 'expired') return { status: 'expired', id };
  return {
    status: 'skipped',
    id,
    reason: answer.startsWith(SKIPPED) ? answer.slice(SKIPPED.length) : answer,
  };
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
