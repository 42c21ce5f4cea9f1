import { retryDelay } from '../../common/backoff.js';
import type { LockClock } from '../../common/clock.js';
import { messageOf } from '../../common/error-text.js';
import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import { pause as pauseFor } from '../../common/timeouts.js';
import { keyedPrefix } from '../lock-name.js';
import type {
  CancelResult,
  Declaration,
  Definition,
  ForgetResult,
  HistoryLimits,
  LedgerFacts,
  LedgerSearch,
  LockRecord,
  NewPause,
  NewTrigger,
  OperatorStore,
  PausedTime,
  RecordedAction,
  ReleaseResult,
  RunSearch,
  SeenRun,
  ShortRun,
  Steering,
  TakenTask,
  TakenTrigger,
  TaskRecord,
  TriggerAnswer,
} from '../operator-store.js';
import { pausedTimes } from '../paused-times.js';
import type { RecordedRun, RunFacts } from '../recorded-run.js';
import { recordedAction } from './actions.sql.js';
import type { ActionRow } from './actions.sql.js';
import { cancelResult } from './cancel.sql.js';
import type { CancelRow } from './cancel.sql.js';
import { pauseOf } from './control.sql.js';
import type { ControlRow, ResumedRow } from './control.sql.js';
import { declareValues, outdatedValues, wantedRows } from './declare.sql.js';
import type { OutdatedRow, TurnRow, WantedRow } from './declare.sql.js';
import { definition } from './definitions.sql.js';
import type { DefinitionRow, StrangerRow } from './definitions.sql.js';
import { FORGOTTEN_AT_ONCE, forgetResult } from './forget.sql.js';
import type { ForgottenRow } from './forget.sql.js';
import { givenInstant, instantOf } from './instants.js';
import { ledgerValues, pauseAction } from './ledger.sql.js';
import type { LedgerRow, PauseActionRow } from './ledger.sql.js';
import { lockRecord } from './locks.sql.js';
import type { LockRow } from './locks.sql.js';
import { APPLICATION_PRIVILEGES } from './operator-access.js';
import type { OperatorStatements } from './operator-statements.js';
import { OPERATING_TABLES, TABLE_KINDS } from './operator-tables.js';
import type { TableNames } from './operator-tables.js';
import { checkStatement } from './prepare.sql.js';
import { PRUNED_AT_ONCE } from './prune-history.sql.js';
import type { RemovedRow } from './prune-history.sql.js';
import { releaseResult } from './release-by-force.sql.js';
import type { ForcedRow } from './release-by-force.sql.js';
import { recordDiedValues, recordedRun, runsValues, shortRun } from './runs.sql.js';
import type { RunRow, ShortRunRow } from './runs.sql.js';
import type { StatementRunner } from './statement-runner.js';
import { LONGEST_ERROR, storable } from './storable.js';
import { assertAccess } from './table-access.js';
import { operatingTableOf } from './table-name.js';
import type { OperatingTable, TablePlace } from './table-name.js';
import { recordsOf } from './task-records.js';
import type { CountedRow, RecentRow } from './tasks.sql.js';
import type { AddedTriggerRow, TakenRow } from './triggers.sql.js';

/** How often a replica looks whether another one has declared its tasks. The next one to start declares them, too. */
const DECLARE_TRIES = 8;
/** Between two looks: some 60 milliseconds at first, later a quarter of a second. */
const DECLARE_PAUSE = 4;

/** How often one call repeats a statement that removes some rows at a time. */
const MOST_REPEATS = 10_000;

/** The longest text that somebody gives as a reason, or as who acts. */
const LONGEST_TEXT = 500;

const NOW_STATEMENT = `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms`;

/** Keeps what is declared, what ran, what was paused and who steered in tables beside the locks. */
export class PostgresOperatorStore implements OperatorStore {
  constructor(
    private readonly runner: StatementRunner,
    private readonly clock: LockClock,
    private readonly statements: () => OperatorStatements & { place: TablePlace; tables: TableNames },
    /** Says how to add the tables in an error that a missing table caused, which most use. */
    private readonly explained: (error: unknown, which: OperatingTable) => unknown,
  ) {}

  async prepare(): Promise<string | undefined> {
    const missing: OperatingTable[] = [];
    const problems: string[] = [];
    for (const which of OPERATING_TABLES) {
      const { place } = this.statements();
      const table = operatingTableOf(place.table, which);
      const needed = APPLICATION_PRIVILEGES[which];
      try {
        const access = await assertAccess(this.runner, { ...place, table, what: TABLE_KINDS[which], needed });
        if (!access) missing.push(which);
      } catch (error) {
        if (error instanceof LockStoreUnavailableError) throw error;
        problems.push(messageOf(error));
      }
    }
    const [first, ...others] = missing;
    if (first) problems.unshift(await this.describeMissing(first, others));
    return problems.length > 0 ? problems.join('; ') : undefined;
  }

  /** A statement on the first one says how to add them. */
  private async describeMissing(first: OperatingTable, others: readonly OperatingTable[]): Promise<string> {
    const { tables } = this.statements();
    const too = others.length > 0 ? ` (and so ${others.map((which) => tables[which]).join(', ')})` : '';
    try {
      await this.runner.query({ text: checkStatement(tables[first], { SELECT: '1' }) });
      return `${tables[first]} was missing a moment ago${too}`;
    } catch (error) {
      return `${messageOf(this.explained(error, first))}${too}`;
    }
  }

  async now(): Promise<Date> {
    const [row] = await this.query<{ now_ms: string }>(NOW_STATEMENT, []);
    return givenInstant(row?.now_ms ?? null);
  }

  async declare(declaration: Declaration): Promise<void> {
    const rows = wantedRows(declaration);
    for (let left = DECLARE_TRIES; left > 0; left--) {
      const outdated = await this.outdated(declaration, rows);
      if (outdated.length === 0 || (await this.write(declaration, outdated))) return;
      await pauseFor(this.clock, retryDelay(DECLARE_PAUSE + DECLARE_TRIES - left));
    }
  }

  private async outdated(declaration: Declaration, rows: readonly WantedRow[]): Promise<WantedRow[]> {
    const found = await this.query<OutdatedRow>(
      this.statements().outdated,
      outdatedValues(declaration, rows),
    );
    return found.flatMap(({ nth }) => rows[Number(nth) - 1] ?? []);
  }

  /** Resolves to whether it was this replica's turn. */
  private async write(declaration: Declaration, rows: readonly WantedRow[]): Promise<boolean> {
    const { declare, place } = this.statements();
    const values = declareValues(`${place.schema ?? ''}.${place.table}`, declaration, rows);
    const [turn] = await this.query<TurnRow>(declare, values);
    return turn?.mine === 'true';
  }

  async strangerTo(names: readonly string[]): Promise<string | undefined> {
    const [row] = await this.query<StrangerRow>(this.statements().stranger, [names]);
    return row?.stranger;
  }

  async tasks(names?: readonly string[]): Promise<TaskRecord[]> {
    const { definitions, recentOf, recentOfAll, pauses, counted } = this.statements();
    const given = names ?? null;
    const declared = await this.query<DefinitionRow>(definitions, [given]);
    const recent = await this.query<RecentRow>(names ? recentOf : recentOfAll, names ? [names] : []);
    const controls = await this.query<ControlRow>(pauses, [given]);
    const counts = await this.query<CountedRow>(counted, [given]);
    const locks = await this.locksOf(names, declared.map(definition), recent);
    return recordsOf({
      names,
      definitions: declared.map(definition),
      recent,
      controls,
      pauses: await this.pauses(names),
      counts,
      locks,
    });
  }

  /** Of a task with keys its unfinished locks, of any other one the lock. */
  private async locksOf(
    names: readonly string[] | undefined,
    definitions: readonly Definition[],
    recent: readonly RecentRow[],
  ): Promise<LockRow[]> {
    const { locks, keyedLocks } = this.statements();
    const keyed = new Set(definitions.filter(({ isKeyed }) => isKeyed).map(({ name }) => name));
    const declared = new Set(definitions.map(({ name }) => name));
    for (const { task, key } of recent) if (key !== null && !declared.has(task)) keyed.add(task);
    const all = new Set([...declared, ...recent.map(({ task }) => task), ...(names ?? [])]);
    const found = await this.query<LockRow>(locks, [[...all].filter((name) => !keyed.has(name))]);
    if (keyed.size === 0) return found;
    const tasks = [...keyed];
    const unfinished = await this.query<LockRow>(keyedLocks, [tasks, tasks.map(keyedPrefix)]);
    return [...found, ...unfinished];
  }

  async names(): Promise<string[]> {
    return (await this.query<{ name: string }>(this.statements().names, [])).map(({ name }) => name);
  }

  async lock(name: string): Promise<LockRecord | undefined> {
    const [row] = await this.query<LockRow>(this.statements().locks, [[name]]);
    return row && lockRecord(row);
  }

  async runs(search: RunSearch): Promise<RecordedRun[]> {
    return (await this.query<RunRow>(this.statements().runs, runsValues(search))).map(recordedRun);
  }

  async recentRuns(tasks: readonly string[], limit: number): Promise<ShortRun[]> {
    const rows = await this.query<ShortRunRow>(this.statements().recentRuns, [[...new Set(tasks)], limit]);
    return rows.map(shortRun);
  }

  async ledger(search: LedgerSearch): Promise<LedgerFacts> {
    const { task, from, to } = search;
    const { allDefinitions, ledgerRuns } = this.statements();
    const definitions = await this.query<DefinitionRow>(allDefinitions, [task]);
    const runs = await this.query<LedgerRow>(ledgerRuns, ledgerValues(search));
    const pauses = await this.pauses([task]);
    return {
      definitions: definitions.map(definition),
      runs: runs.map(recordedRun),
      pauses: pauses.filter((time) => time.from <= to && (!time.to || time.to >= from)),
      historySince: instantOf(runs[0]?.oldest_ms ?? null),
      lock: await this.lock(task),
    };
  }

  /** Of these tasks and of all tasks; of every task without names. */
  private async pauses(names: readonly string[] | undefined): Promise<PausedTime[]> {
    const { pauseActionsOf, pauseActionsOfAll } = this.statements();
    const text = names ? pauseActionsOf : pauseActionsOfAll;
    const rows = await this.query<PauseActionRow>(text, names ? [names] : []);
    return pausedTimes(rows.map(pauseAction));
  }

  async actions(name: string | undefined, limit: number, before?: string): Promise<RecordedAction[]> {
    const rows = await this.query<ActionRow>(this.statements().actions, [
      name ?? null,
      limit,
      before ?? null,
    ]);
    return rows.map(recordedAction);
  }

  async recordDied(runs: readonly RunFacts[]): Promise<void> {
    if (runs.length > 0) await this.query(this.statements().recordDied, recordDiedValues(runs));
  }

  async prune({ runs, runsOfKeyed, atLeast, maxAge }: HistoryLimits): Promise<number> {
    const { pruneRuns, pruneActions, pruneDefinitions, pruneCancels } = this.statements();
    let removed = await this.repeated(pruneRuns, [runs, runsOfKeyed, atLeast, maxAge], PRUNED_AT_ONCE);
    for (const statement of [pruneActions, pruneDefinitions, pruneCancels])
      removed += await this.repeated(statement, [maxAge], PRUNED_AT_ONCE);
    return removed;
  }

  /** Repeats a statement that removes some rows at a time, until it has removed fewer. Resolves to how many in all. */
  private async repeated(text: string, values: unknown[], atOnce: number): Promise<number> {
    let removed = 0;
    for (let left = MOST_REPEATS; left > 0; left--) {
      const count = await this.removed(text, values);
      removed += count;
      if (count < atOnce) break;
    }
    return removed;
  }

  private async removed(text: string, values: unknown[]): Promise<number> {
    const [row] = await this.query<RemovedRow>(text, values);
    return Number(row?.removed ?? 0);
  }

  async pause(name: string, until: Date | undefined, steering: Steering): Promise<NewPause> {
    const values = [name, until?.toISOString() ?? null, ...steeredBy(steering)];
    const [row, replaced] = await this.query<ControlRow>(this.statements().pause, values);
    if (!row) throw new Error(`the pause of ${name} was not written`);
    return { ...pauseOf(row), ...(replaced ? { replaced: pauseOf(replaced) } : {}) };
  }

  async resume(name: string, steering: Steering): Promise<boolean> {
    const [row] = await this.query<ResumedRow>(this.statements().resume, [name, ...steeredBy(steering)]);
    return row?.resumed === '1';
  }

  async cancel({ name, task, key, fence }: SeenRun, steering: Steering): Promise<CancelResult> {
    const [by, reason] = steeredBy(steering);
    const error = `TaskLockCancelled: ${by} cancelled its run${reason === null ? '' : `: ${reason}`}`;
    const values = [name, String(fence), by, reason, error, task, storable(key)];
    const [row] = await this.query<CancelRow>(this.statements().cancel, values);
    return row ? cancelResult(row) : { status: 'busy' };
  }

  async release(
    { name, task, key, fence }: SeenRun,
    { force, now, ...steering }: Steering & { force: boolean; now: boolean },
  ): Promise<ReleaseResult> {
    const values = [name, String(fence), ...steeredBy(steering), force, force && now, task, storable(key)];
    const [row] = await this.query<ForcedRow>(this.statements().release, values);
    return row ? releaseResult(row) : { status: 'busy' };
  }

  async forget(name: string, steering: Steering): Promise<ForgetResult> {
    const { forget, forgetKeys } = this.statements();
    const prefix = keyedPrefix(name);
    const [row] = await this.query<ForgottenRow>(forget, [name, prefix, ...steeredBy(steering)]);
    if (!row) throw new Error(`whether ${name} was forgotten was not answered`);
    const result = forgetResult(row);
    if (result.status === 'refused') return result;
    const keys = await this.repeated(forgetKeys, [name, prefix], FORGOTTEN_AT_ONCE);
    return { status: 'forgotten', removed: result.removed + keys };
  }

  async addTrigger(trigger: NewTrigger, takenBy?: string): Promise<{ id: string; expiresAt: Date }> {
    const { task, key, args, evenIfPaused, expiresIn } = trigger;
    const steering = steeredBy(trigger);
    const values = [task, storable(key), ...steering, args ?? null, evenIfPaused, expiresIn, takenBy ?? null];
    const [row] = await this.query<AddedTriggerRow>(this.statements().addTrigger, values);
    if (!row) throw new Error(`the trigger of ${task} was not written`);
    return { id: row.id, expiresAt: givenInstant(row.expires_ms) };
  }

  async takeTriggers(tasks: readonly TakenTask[], replica: string): Promise<TakenTrigger[]> {
    const values = [tasks.map(({ task }) => task), replica, tasks.map(({ startsWithin }) => startsWithin)];
    const rows = await this.query<TakenRow>(this.statements().takeTriggers, values);
    return rows.map(({ id, name, key, args, by, even_if_paused: evenIfPaused }) => ({
      id,
      task: name,
      key: key ?? undefined,
      args: args ?? undefined,
      by,
      evenIfPaused: evenIfPaused === 'true',
    }));
  }

  async startTrigger(id: string, fence: bigint, key?: string): Promise<void> {
    await this.query(this.statements().startTrigger, [id, String(fence), storable(key)]);
  }

  async answerTrigger(id: string, { answer, fence, error }: TriggerAnswer): Promise<void> {
    const values = [id, answer, fence === undefined ? null : String(fence), storable(error, LONGEST_ERROR)];
    await this.query(this.statements().answerTrigger, values);
  }

  async action(id: string): Promise<RecordedAction | undefined> {
    if (!ACTION_ID.test(id)) return undefined;
    const [row] = await this.query<ActionRow>(this.statements().action, [id]);
    return row && recordedAction(row);
  }

  private async query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return await this.runner.query<Row>({ text, values });
    } catch (error) {
      throw this.explained(error, 'run');
    }
  }
}

/** What a bigint of Postgres can hold; anything else is no id, and no error either. */
const ACTION_ID = /^\d{1,18}$/;

function steeredBy({ by, reason }: Steering): [string, string | null] {
  return [storable(by, LONGEST_TEXT) ?? '', storable(reason, LONGEST_TEXT)];
}
