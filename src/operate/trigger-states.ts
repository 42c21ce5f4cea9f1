import { lockOf } from '../store/lock-name.js';
import type { LockRecord, OperatorStore, RecordedAction, TriggerAnswer } from '../store/operator-store.js';
import { RUN_OUTCOMES } from '../store/recorded-run.js';
import type { RecordedRun, RunOutcome } from '../store/recorded-run.js';
import type { TriggerState } from './operator-types.js';
import { isDead } from './state-shapes.js';

/** Milliseconds for which a trigger waits for a replica. */
export const TRIGGER_WAIT = 5 * 60_000;

/** How many runs, or actions, are searched for those of a trigger. */
const SEARCHED = 100;

const SKIPPED = 'skipped: ';

/** The answer of a trigger that was taken and did not begin in time, so that it never will. */
const EXPIRED = 'expired';

type Reads = Pick<OperatorStore, 'now' | 'lock' | 'runs' | 'actions' | 'tasks'>;

/** A run by its lock. */
type Begun = Pick<RecordedRun, 'name' | 'fence'>;

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
  const begun = await begunBy(store, action, takenBy, isExpired);
  if (!begun)
    return isExpired
      ? { status: 'expired', id, replica: takenBy }
      : { status: 'running', id, replica: takenBy, fence: null };
  const fence = String(begun.fence);
  const ended = await endOf(store, action.name, begun, now);
  if (!ended) return { status: 'running', id, replica: takenBy, fence };
  return { status: 'executed', id, fence, ...ended };
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

/** The run that a trigger has begun, as its replica wrote down or, once it must have begun or never will, as others tell. */
async function begunBy(
  store: Reads,
  action: RecordedAction,
  replica: string,
  isExpired: boolean,
): Promise<Begun | undefined> {
  const { name, key, fence } = action;
  if (fence !== undefined) return { name: lockOf(name, key), fence };
  return isExpired ? unwrittenRun(store, action, replica) : undefined;
}

/**
 * A run that has begun, and whose replica has not been able to write that down: one that this replica began for an
 * operator, in time, and that no other trigger has. Its lock tells of it while it is unfinished, and then the history.
 * Without a key the trigger is for any: that of its arguments is not known.
 */
async function unwrittenRun(
  store: Reads,
  { name, key, at, expiresAt }: RecordedAction,
  replica: string,
): Promise<Begun | undefined> {
  const locks = await unfinishedLocks(store, name, key);
  const inRows = locks.filter((lock) => lock.outcome === 'operator' && lock.heldBy === replica);
  const search = { task: name, key, trigger: 'operator', limit: SEARCHED, before: expiresAt } as const;
  const recorded = (await store.runs(search)).filter((run) => run.replica === replica);
  const others = await store.actions(name, SEARCHED);
  return [...inRows, ...recorded].find(
    ({ startedAt, fence }) => startedAt >= at && !others.some((other) => other.fence === fence),
  );
}

async function unfinishedLocks(store: Reads, task: string, key: string | undefined): Promise<LockRecord[]> {
  const [record] = await store.tasks([task]);
  const locks = record?.locks ?? [];
  return locks.filter(
    ({ name, finishedAt }) => !finishedAt && (key === undefined || name === lockOf(task, key)),
  );
}

/** How the run of a trigger ended whose replica did not say so; nothing while it may still run. */
async function endOf(
  store: Reads,
  task: string,
  { name, fence }: Begun,
  now: Date,
): Promise<{ outcome: RunOutcome; error: string | null } | undefined> {
  const lock = await store.lock(name);
  if (lock?.fence === fence && !lock.finishedAt && !isDead(lock, now)) return undefined;
  const runs = await store.runs({ task, fences: [fence], limit: SEARCHED });
  const run = runs.find((each) => each.name === name);
  if (run) return { outcome: run.outcome, error: run.error ?? null };
  const inRow = lock?.fence === fence && lock.finishedAt ? lock.outcome : undefined;
  return { outcome: inRow !== undefined && isOutcome(inRow) ? inRow : 'died', error: null };
}

function isOutcome(text: string): text is RunOutcome {
  return RUN_OUTCOMES.some((each) => each === text);
}
