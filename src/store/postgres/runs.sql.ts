import type { RunSearch, ShortRun } from '../operator-store.js';
import type { RecordedRun, RunFacts, RunOutcome, RunTrigger } from '../recorded-run.js';
import { givenInstant, instantOf, milliseconds } from './instants.js';
import { storable } from './storable.js';

/** The columns of a run as {@link recordedRun} reads them. */
export function runColumns(run: string): string {
  return `${run}.name, ${run}.fence::text AS fence, ${run}.task, ${run}.key, ${run}.trigger, ${run}.replica,
       ${run}.outcome, ${run}.error,
       ${milliseconds(`${run}.tick`)} AS tick_ms, ${milliseconds(`${run}.previous_tick`)} AS previous_ms,
       ${milliseconds(`${run}.next_due`)} AS next_ms, ${milliseconds(`${run}.started_at`)} AS started_ms,
       ${milliseconds(`${run}.finished_at`)} AS finished_ms`;
}

export interface RunRow {
  name: string;
  fence: string;
  task: string;
  key: string | null;
  trigger: RunTrigger;
  replica: string;
  outcome: RunOutcome;
  error: string | null;
  tick_ms: string | null;
  previous_ms: string | null;
  next_ms: string | null;
  started_ms: string;
  finished_ms: string | null;
}

export function recordedRun(row: RunRow): RecordedRun {
  return {
    name: row.name,
    task: row.task,
    key: row.key ?? undefined,
    fence: BigInt(row.fence),
    trigger: row.trigger,
    replica: row.replica,
    startedAt: givenInstant(row.started_ms),
    finishedAt: instantOf(row.finished_ms),
    tick: instantOf(row.tick_ms),
    previousTick: instantOf(row.previous_ms),
    nextDue: instantOf(row.next_ms),
    outcome: row.outcome,
    error: row.error ?? undefined,
  };
}

/** The runs of one task, the newest first. Reads along the index of task and start, and takes no lock. */
export function runsStatement(table: string): string {
  return `
SELECT ${runColumns('run')}
FROM ${table} AS run
WHERE run.task = $1
  AND ($2::text[] IS NULL OR run.outcome = ANY ($2))
  AND ($3::text IS NULL OR run.key = $3)
  AND ($4::timestamptz IS NULL OR run.started_at < $4)
  AND ($6::bigint[] IS NULL OR run.fence = ANY ($6))
  AND ($7::text IS NULL OR run.trigger = $7)
ORDER BY run.started_at DESC
LIMIT $5`;
}

export function runsValues({ task, outcomes, key, before, limit, fences, trigger }: RunSearch): unknown[] {
  const told = [outcomes ?? null, key ?? null, before?.toISOString() ?? null];
  return [task, ...told, limit, fences?.map(String) ?? null, trigger ?? null];
}

export type ShortRunRow = Pick<RunRow, 'task' | 'fence' | 'outcome' | 'started_ms' | 'finished_ms'>;

/** The newest runs of each task: a step along the index of task and start for each. Takes no lock. */
export function recentRunsStatement(table: string): string {
  return `
SELECT run.task, run.fence::text AS fence, run.outcome,
       ${milliseconds('run.started_at')} AS started_ms, ${milliseconds('run.finished_at')} AS finished_ms
FROM unnest($1::text[]) AS asked(task)
CROSS JOIN LATERAL (
  SELECT each.task, each.fence, each.outcome, each.started_at, each.finished_at
  FROM ${table} AS each
  WHERE each.task = asked.task
  ORDER BY each.started_at DESC
  LIMIT $2
) AS run
ORDER BY run.task, run.started_at DESC`;
}

export function shortRun(row: ShortRunRow): ShortRun {
  return {
    task: row.task,
    fence: BigInt(row.fence),
    startedAt: givenInstant(row.started_ms),
    finishedAt: instantOf(row.finished_ms),
    outcome: row.outcome,
  };
}

/**
 * Adds runs that died, as the next winner is told of them.
 *
 * Why it is safe: a run that is recorded already keeps its row, so that two replicas may send it, or one twice. It waits
 * only for an insert of the very run, which is one statement long. Sorted, so that two of them cannot deadlock.
 */
export function recordDiedStatement(table: string): string {
  return `
INSERT INTO ${table}
  (name, fence, task, key, tick, previous_tick, next_due, trigger, replica, started_at, outcome, lateness_ms)
SELECT name, fence, task, key, tick, previous_tick, next_due, trigger, replica, started_at, 'died',
       extract(epoch FROM started_at - tick) * 1000
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
            $8::text[], $9::text[], $10::timestamptz[])
  AS died(name, fence, task, key, tick, previous_tick, next_due, trigger, replica, started_at)
ORDER BY name, fence
ON CONFLICT (name, fence) DO NOTHING`;
}

export function recordDiedValues(runs: readonly RunFacts[]): unknown[] {
  return [
    runs.map(({ name }) => name),
    runs.map(({ fence }) => String(fence)),
    runs.map(({ task }) => task),
    runs.map(({ key }) => storable(key)),
    runs.map(({ tick }) => tick?.toISOString() ?? null),
    runs.map(({ previousTick }) => previousTick?.toISOString() ?? null),
    runs.map(({ nextDue }) => nextDue?.toISOString() ?? null),
    runs.map(({ trigger }) => trigger),
    runs.map(({ replica }) => storable(replica)),
    runs.map(({ startedAt }) => startedAt.toISOString()),
  ];
}
