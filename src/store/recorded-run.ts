/**
 * Why a run began: its schedule (`tick`), the application (`call`), a request, an operator, a replica that died in the
 * middle of the same tick (`recovery`), or a tick that was missed (`catch-up`).
 */
export type RunTrigger = 'tick' | 'call' | 'request' | 'operator' | 'recovery' | 'catch-up';

const TRIGGERS: readonly string[] = ['tick', 'call', 'request', 'operator', 'recovery', 'catch-up'];

/**
 * Why a run began, by the `outcome` that its row has while it is in progress. Replicas with an older version write none,
 * except of a tick that may be recovered.
 */
export function triggerOf(outcome: string | null | undefined): RunTrigger | undefined {
  if (outcome === 'recoverable') return 'tick';
  if (outcome === 'recovering') return 'recovery';
  return isTrigger(outcome) ? outcome : undefined;
}

function isTrigger(outcome: string | null | undefined): outcome is RunTrigger {
  return TRIGGERS.includes(outcome ?? '');
}

export const RUN_OUTCOMES = ['succeeded', 'failed', 'aborted', 'cancelled', 'lost', 'died'] as const;

/** How a run ended. `lost`: it went on after its lock was gone. `died`: nobody has heard of it again. */
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** What the winner of a claim knows of its run, and the history keeps. */
export interface RunFacts {
  /** The lock, whose name differs from that of its task where the task has a key. */
  name: string;
  task: string;
  key?: string;
  fence: bigint;
  trigger: RunTrigger;
  replica: string;
  startedAt: Date;
  /** The tick that it ran for; none for a call. */
  tick?: Date;
  /** The tick before, as the row had it. */
  previousTick?: Date;
  /** When the task is due after this run, by the winner's own schedule and hold. */
  nextDue?: Date;
}

/** A run as the history has it. */
export interface RecordedRun extends RunFacts {
  /** None where it died. */
  finishedAt?: Date;
  outcome: RunOutcome;
  error?: string;
}
