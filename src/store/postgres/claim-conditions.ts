import type { ClaimRequest } from '../lock-store.js';

/** What kind of tick a claim asks for. A missed one is a scheduled one that may be too old to be granted. */
export type ClaimShape = ClaimRequest['tick']['kind'] | 'missed';

/** The requests of each shape. */
export function byShape(requests: readonly ClaimRequest[]): [ClaimShape, ClaimRequest[]][] {
  const groups = new Map<ClaimShape, ClaimRequest[]>();
  for (const request of requests) {
    const { tick } = request;
    const shape = tick.kind === 'scheduled' && tick.catchupWindow !== undefined ? 'missed' : tick.kind;
    const group = groups.get(shape);
    if (group) group.push(request);
    else groups.set(shape, [request]);
  }
  return [...groups];
}

/** A shape of claim in SQL: conditions and values on `asked`, the request, and `lock`, a row that nobody holds. */
interface Conditions {
  /** Whether the claim gets the row, by the same rules as `refusalOf`. */
  mayRun: string;
  /** Whether it repeats the tick of a run that died. */
  recovers: string;
  /** The last tick of the row once it is won. */
  tick: string;
  /** The instant that must not be paused. A tick at the end of a pause is not in it, also where a replica claims it a moment before. */
  due: string;
  /** Whether the answer says when the last pause ended: it counts where ticks may have been missed. */
  tellsResumed: string;
}

const MIN_HOLD = `asked.min_hold_ms * interval '1 millisecond'`;
const STEP = `asked.step_ms * interval '1 millisecond'`;

/**
 * The tick that an interval counts from. A tick that lies further ahead than this claimer would set it comes from a longer
 * interval: a task lowered from 24h to 1h would wait for it.
 */
const KEPT = `CASE WHEN lock.last_tick > clock_timestamp() + 0.1 * ${STEP} THEN LEAST(lock.last_tick, lock.started_at)
               ELSE lock.last_tick END`;

const SCHEDULED: Conditions = {
  mayRun: `asked.scheduled_time > lock.last_tick
      AND asked.scheduled_time >= lock.last_tick + ${MIN_HOLD}
      AND asked.scheduled_time <= clock_timestamp() + asked.tolerance_ms * interval '1 millisecond'`,
  recovers: `asked.recover AND asked.scheduled_time = lock.last_tick AND lock.outcome = 'recoverable'`,
  tick: 'asked.scheduled_time',
  due: 'GREATEST(clock_timestamp(), asked.scheduled_time)',
  tellsResumed: 'won.name IS NOT NULL OR lock.token = asked.token',
};

/** When pauses of the task ended, no later than now: an array, since an aggregate takes longer to start than the rest. */
export const ENDS_OF_PAUSES = `ARRAY(SELECT date_part('epoch', LEAST(pause.paused_until, pause.resumed_at, clock_timestamp()))
             FROM pause WHERE pause.name = asked.name)`;

export const CONDITIONS: Readonly<Record<ClaimShape, Conditions>> = {
  scheduled: SCHEDULED,
  // Granted if it is young enough, if the name has run a tick before or had its row when the tick was due (the first
  // start of a task has missed nothing), and if it was due after the last pause.
  missed: {
    ...SCHEDULED,
    mayRun: `${SCHEDULED.mayRun}
      AND asked.scheduled_time >= clock_timestamp() - asked.catch_up_ms * interval '1 millisecond'
      AND (lock.last_tick > '-infinity' OR COALESCE(asked.scheduled_time > lock.finished_at, false))
      AND date_part('epoch', asked.scheduled_time) > ALL (${ENDS_OF_PAUSES})`,
    tellsResumed: 'true',
  },
  kept: {
    mayRun: `clock_timestamp() >= ${KEPT} + GREATEST(asked.min_hold_ms, 0.9 * asked.step_ms) * interval '1 millisecond'`,
    recovers: 'false',
    tick: `CASE WHEN clock_timestamp() < ${KEPT} + 2 * ${STEP} THEN date_trunc('milliseconds', ${KEPT} + ${STEP})
              ELSE date_trunc('milliseconds', clock_timestamp()) END`,
    due: 'clock_timestamp()',
    tellsResumed: 'false',
  },
  call: {
    mayRun: `asked.min_hold_ms <= 0 OR clock_timestamp() >= lock.started_at + ${MIN_HOLD}`,
    recovers: 'false',
    tick: 'lock.last_tick',
    due: 'clock_timestamp()',
    tellsResumed: 'false',
  },
  abandoned: {
    mayRun: 'false',
    recovers: `lock.outcome = 'recoverable'`,
    tick: 'lock.last_tick',
    due: 'clock_timestamp()',
    tellsResumed: 'false',
  },
};
