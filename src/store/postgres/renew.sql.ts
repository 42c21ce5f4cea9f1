import type { RenewAnswer, RenewRequest } from '../lock-store.js';
import { statementOf } from './statement.js';
import type { Statement } from './statement.js';

const COLUMNS = { name: 'text', token: 'uuid', lease_ms: 'float8', max_hold_ms: 'float8' } as const;

const rowOf = ({ name, token, lease, maxHold }: RenewRequest) => ({
  name,
  token,
  lease_ms: lease,
  max_hold_ms: maxHold,
});

export interface RenewRow {
  name: string;
  answer: 'renewed' | 'lost' | 'busy';
  now_ms: string;
  until_ms: string | null;
  cancelled_by: string | null;
  cancel_reason: string | null;
}

/**
 * Moves the lease of runs that still hold their lock.
 *
 * Why it is safe:
 * - It changes only a row that carries the token, is unfinished, and whose lease is not over. So a renewal in flight can
 *   neither lock a row again that was just released, nor take the lease from the next holder.
 * - The lease never reaches past the maximum hold, and a lease that was extended by hand is never shortened.
 * - A locked row is skipped and answered `busy`: nothing is lost, and one row does not delay the others. Each is looked up
 *   by itself, as in a release.
 * - With `cancels`, the table of cancels, it says who asked the run to stop. A cancel names the fence of its run, so it
 *   means no other one. Without `cancels` it is the twin that is sent where the table cannot be read.
 */
export function renewStatement(table: string, cancels?: string): Statement<RenewRequest> {
  const joined =
    cancels === undefined
      ? 'CROSS JOIN (SELECT NULL AS by, NULL AS reason) AS cancel'
      : `LEFT JOIN ${cancels} AS cancel ON cancel.name = renewed.name AND cancel.fence = renewed.fence`;
  return statementOf(
    'task-lock-renew',
    COLUMNS,
    rowOf,
    (asked) => `
WITH clock AS MATERIALIZED (
  SELECT clock_timestamp() AS at
), ${asked}, held AS (
  SELECT asked.name, asked.lease_ms * interval '1 millisecond' AS lease,
         asked.max_hold_ms * interval '1 millisecond' AS max_hold
  FROM asked CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT FROM ${table} AS lock
    WHERE lock.name = asked.name AND lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at
    FOR NO KEY UPDATE SKIP LOCKED
  ) AS held
), renewed AS (
  UPDATE ${table} AS lock
  SET locked_until = GREATEST(lock.locked_until, LEAST(clock_timestamp() + held.lease, lock.started_at + held.max_hold))
  FROM held
  WHERE lock.name = held.name
  RETURNING lock.name, lock.locked_until, lock.fence
)
SELECT asked.name,
       CASE
         WHEN renewed.name IS NOT NULL THEN 'renewed'
         WHEN lock.token = asked.token AND lock.finished_at IS NULL AND lock.locked_until > clock.at THEN 'busy'
         ELSE 'lost'
       END AS answer,
       extract(epoch FROM clock.at) * 1000 AS now_ms,
       extract(epoch FROM renewed.locked_until) * 1000 AS until_ms,
       cancel.by AS cancelled_by, cancel.reason AS cancel_reason
FROM asked CROSS JOIN clock
LEFT JOIN renewed ON renewed.name = asked.name
LEFT JOIN ${table} AS lock ON lock.name = asked.name
${joined}`,
  );
}

/** Without a row the statement met a conflict: it is asked again. */
export function renewAnswer(row: RenewRow | undefined): RenewAnswer {
  if (!row) return { status: 'busy' };
  const { answer: status, now_ms: now, until_ms: until, cancelled_by: by, cancel_reason: reason } = row;
  if (status !== 'renewed') return { status, now: Number(now) };
  const cancelled = by === null ? undefined : { by, reason: reason ?? undefined };
  return { status, now: Number(now), lockedUntil: new Date(Number(until)), cancelled };
}
