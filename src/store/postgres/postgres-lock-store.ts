import type { DataSource, EntityManager } from 'typeorm';
import { SystemLockClock } from '../../common/clock.js';
import type { LockClock } from '../../common/clock.js';
import type { LockLog } from '../../common/log.js';
import { messageOf } from '../../common/error-text.js';
import type {
  ClaimAnswer,
  ClaimRequest,
  HeldLockKey,
  LastHolder,
  LockStore,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../lock-store.js';
import type { WantedSignal } from '../wanted-signal.js';
import { LOCK_TABLE_ACCESS, reachStatement } from './access.sql.js';
import type { ReachRow } from './access.sql.js';
import { claimAnswer, isWon } from './claim-answer.js';
import type { ClaimRow } from './claim-answer.js';
import { byShape } from './claim-conditions.js';
import type { ClaimShape } from './claim-conditions.js';
import { claimStatements } from './claim.sql.js';
import type { ClaimedRows } from './claim.sql.js';
import { isConflict, isDenied, withMigrationHint } from './errors.js';
import { OperatingTables } from './operating-tables.js';
import { holdersStatement, lastHolder } from './holders.sql.js';
import type { HolderRow } from './holders.sql.js';
import { fenceStatement } from './fence.sql.js';
import { operatorStatementsFor } from './operator-statements.js';
import { tableNamesFor, TABLE_KINDS } from './operator-tables.js';
import { PostgresOperatorStore } from './postgres-operator-store.js';
import { PostgresRequestStore } from './postgres-request-store.js';
import { checkStatement, ensureStatement, SCHEMA_STATEMENT } from './prepare.sql.js';
import { purgeStatement } from './purge.sql.js';
import { inOneCommit, releaseStatement, unreleasedStatement } from './release.sql.js';
import type { ReleaseRow } from './release.sql.js';
import { renewAnswer, renewStatement } from './renew.sql.js';
import type { RenewRow } from './renew.sql.js';
import { requestStatementsFor } from './requests.sql.js';
import { queryOf } from './statement.js';
import type { Query, Statement } from './statement.js';
import { StatementRunner } from './statement-runner.js';
import { assertAccess, assertRowsReached } from './table-access.js';
import {
  DEFAULT_TABLE,
  LOCK_TABLE,
  qualifiedTable,
  REQUEST_TABLE,
  requestTableOf,
  schemaOf,
} from './table-name.js';

/** Options of {@link PostgresLockStore}. */
export interface PostgresLockStoreOptions {
  /** The schema of the lock table. Default: the data source's own. */
  schema?: string;
  /** The name of the lock table. Default: `task_lock`. */
  table?: string;
  /** Milliseconds after which a statement without an answer is given up and its connection closed. Default: 10,000. */
  answerTimeout?: number;
  /** Whether statements are prepared. A pooler that loses them is noticed without this. Default: true. */
  preparedStatements?: boolean;
}

const DEFAULT_ANSWER_TIMEOUT = 10_000;

const NOT_INITIALIZED =
  'the data source is not initialized: call `await dataSource.initialize()` before the application starts, as for a ' +
  'DataSource of your own or with `manualInitialization: true`';

/** Each conflict means that another replica made a row, so this many in a row are not to be expected. */
const MAX_ENSURE_TRIES = 20;

/**
 * Keeps locks and requests in two tables of a Postgres database, through connections of TypeORM's pool.
 * `TaskLockModule` makes one of its own; make one by hand to wrap it or to spread locks over several databases.
 *
 * @example
 * TaskLockModule.forRoot({ store: new PostgresLockStore(() => dataSource, { table: 'task_lock' }) })
 */
export class PostgresLockStore implements LockStore {
  readonly batches = true;
  readonly requests: PostgresRequestStore;
  readonly operator: PostgresOperatorStore;
  private readonly runner: StatementRunner;
  private readonly operating: OperatingTables;
  private readonly tableOptions: { schema?: string; table: string };
  private lazyStatements?: ReturnType<typeof statementsFor>;

  /** `dataSource` is called at the first query: applications may bring their data source up later than this. */
  constructor(
    dataSource: () => DataSource,
    options: PostgresLockStoreOptions = {},
    clock: LockClock = new SystemLockClock(),
    log?: Pick<LockLog, 'warn' | 'error'>,
  ) {
    const { answerTimeout = DEFAULT_ANSWER_TIMEOUT, preparedStatements = true } = options;
    const { schema, table = DEFAULT_TABLE } = options;
    this.tableOptions = { schema, table };
    this.runner = new StatementRunner(dataSource, clock, answerTimeout, preparedStatements, log);
    this.operating = new OperatingTables(this.runner, clock, log, () => ({
      schema: schema ?? schemaOf(this.runner.source()),
      lockTable: table,
      options: this.tableOptions,
    }));
    this.requests = new PostgresRequestStore(
      this.runner,
      () => this.statements.requests,
      this.operating.pause,
      (error) => withMigrationHint(error, this.tableOptions, this.statements.requestTable, REQUEST_TABLE),
    );
    this.operator = new PostgresOperatorStore(
      this.runner,
      clock,
      () => this.statements.operator,
      (error, which) =>
        withMigrationHint(
          error,
          this.tableOptions,
          this.statements.operator.tables[which],
          TABLE_KINDS[which],
        ),
    );
  }

  async prepare(names: readonly string[]): Promise<void> {
    // The mock of a test often does not say.
    const { isInitialized }: Partial<Pick<DataSource, 'isInitialized'>> = this.runner.source();
    if (isInitialized === false) throw new Error(NOT_INITIALIZED);
    const { table, check, reach, place } = this.statements;
    const access = await assertAccess(this.runner, { ...place, what: LOCK_TABLE, needed: LOCK_TABLE_ACCESS });
    try {
      await this.runner.query({ text: check });
    } catch (error) {
      throw withMigrationHint(error, this.tableOptions, table);
    }
    await this.operating.prepare();
    if (names.length === 0) return;
    await assertRowsReached(access, LOCK_TABLE, async () => {
      await this.ensure(names);
      const [row] = await this.runner.query<ReachRow>({ text: reach, values: [names] });
      return row?.unreached === '0';
    });
    await this.ensure(names);
  }

  /** The lock table with its schema, for people. */
  async place(): Promise<string> {
    const { schema, table } = this.tableOptions;
    const given = schema ?? schemaOf(this.runner.source());
    if (given !== undefined) return `${given}.${table}`;
    try {
      const query = { text: SCHEMA_STATEMENT, values: [this.statements.table] };
      const [row] = await this.runner.query<{ schema: string }>(query);
      return row ? `${row.schema}.${table}` : table;
    } catch {
      // It is only for a line of the log.
      return table;
    }
  }

  async claim(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    assertDistinct(requests);
    const answers = await this.claimed(requests, 'finished', signal);
    const claimAgain = async (those: 'missing' | 'dead'): Promise<void> => {
      const asked = requests.filter(({ name }) => answers.get(name) === those);
      if (asked.length === 0) return;
      try {
        const names = asked.map(({ name }) => name);
        if (those === 'missing') await this.ensure(names, signal);
        const rows = those === 'dead' ? 'dead' : 'finished';
        for (const [name, answer] of await this.claimed(asked, rows, signal)) answers.set(name, answer);
      } catch (error) {
        // The others have their answers: a win among them that nobody heard of would hold its row with nobody running.
        if (asked.length === requests.length) throw error;
      }
    };
    await claimAgain('missing');
    await claimAgain('dead');
    return requests.map(({ name }) => {
      const answer = answers.get(name);
      return typeof answer === 'object' ? answer : { status: 'busy' };
    });
  }

  async renew(held: readonly RenewRequest[], signal?: WantedSignal): Promise<RenewAnswer[]> {
    assertDistinct(held);
    if (held.length === 0) return [];
    const { renew, renewPlain } = this.statements;
    const rows = await this.rowsOf(() =>
      this.operating.cancel.query<RenewRow>(
        () => queryOf(renew, held),
        () => queryOf(renewPlain, held),
        signal,
      ),
    );
    return held.map(({ name }) => renewAnswer(rows?.get(name)));
  }

  async release(held: readonly ReleaseRequest[], signal?: WantedSignal): Promise<ReleaseAnswer[]> {
    assertDistinct(held);
    if (held.length === 0) return [];
    const { release, releasePlain, unreleased, unreleasedPlain } = this.statements;
    const ends = inOneCommit(held);
    const answers = await this.rowsOf(() => this.ended(release, releasePlain, ends, signal));
    const others = ends.filter(({ name }) => answers?.has(name) === false);
    if (others.length > 0) {
      try {
        const rows = await this.rowsOf(() => this.ended(unreleased, unreleasedPlain, others, signal));
        for (const [name, row] of rows ?? []) answers?.set(name, row);
      } catch (error) {
        // What was released would be `gone` for whoever asks again.
        if (others.length === ends.length) throw error;
      }
    }
    return held.map(({ name }) => {
      const row = answers?.get(name);
      return row ? { status: row.answer, now: Number(row.now) * 1_000 } : { status: 'busy' };
    });
  }

  async lastHolders(names: readonly string[]): Promise<LastHolder[]> {
    const rows = await this.runner.query<HolderRow>({ text: this.statements.holders, values: [names] });
    return rows.map(lastHolder);
  }

  async purge({ prefix, unusedFor }: PurgeRequest): Promise<number> {
    const { table, purge } = this.statements;
    try {
      const [row] = await this.runner.query<{ removed: string }>({
        text: purge,
        values: [prefix, unusedFor],
      });
      return Number(row?.removed ?? 0);
    } catch (error) {
      if (!isDenied(error)) throw error;
      const message = `${messageOf(error)}: grant the role DELETE on the lock table ${table}`;
      throw new Error(message, { cause: error });
    }
  }

  async holdThroughCommit(
    manager: EntityManager,
    { name, token }: HeldLockKey,
    timeout: number,
  ): Promise<boolean> {
    const values = [name, token, String(Math.ceil(timeout))];
    const rows = await manager.query<unknown[]>(this.statements.fence, values);
    return rows.length > 0;
  }

  private get statements(): ReturnType<typeof statementsFor> {
    const { schema, table } = this.tableOptions;
    return (this.lazyStatements ??= statementsFor(table, schema ?? schemaOf(this.runner.source())));
  }

  /** Under stricter isolation than read committed a row that another replica has just made is a conflict. */
  private async ensure(names: readonly string[], signal?: WantedSignal): Promise<void> {
    const query = { text: this.statements.ensure, values: [names] };
    await this.runner.query(query, signal, MAX_ENSURE_TRIES);
  }

  private ended(
    full: Statement<ReleaseRequest>,
    twin: Statement<ReleaseRequest>,
    ends: readonly ReleaseRequest[],
    signal?: WantedSignal,
  ): Promise<ReleaseRow[]> {
    const plain = (): Query => queryOf(twin, ends);
    if (ends.every(({ run }) => run === undefined)) return this.runner.query(plain(), signal);
    return this.operating.history.query(() => queryOf(full, ends), plain, signal);
  }

  /** One statement for each shape of claim, nearly always one in all. */
  private async claimed(
    requests: readonly ClaimRequest[],
    rows: ClaimedRows,
    signal?: WantedSignal,
  ): Promise<Map<string, ClaimAnswer | 'dead' | 'missing'>> {
    const answers = new Map<string, ClaimAnswer | 'dead' | 'missing'>();
    const claimShape = async ([shape, asked]: [ClaimShape, ClaimRequest[]]): Promise<void> => {
      const { claim, claimPlain } = this.statements;
      // A run that was abandoned is a dead one.
      const which = shape === 'abandoned' ? 'dead' : rows;
      const found = await this.rowsOf(() =>
        this.operating.pause.query<ClaimRow>(
          () => queryOf(claim[which][shape], asked),
          () => queryOf(claimPlain[which][shape], asked),
          signal,
          (answered) => answered.length === asked.length && answered.every(isWon),
        ),
      );
      for (const request of asked) {
        const row = found?.get(request.name);
        if (row) answers.set(request.name, claimAnswer(request, row));
        else answers.set(request.name, found ? 'missing' : { status: 'busy' });
      }
    };
    const groups = byShape(requests);
    const failures: unknown[] = [];
    await Promise.all(
      groups.map((group) => claimShape(group).catch((error: unknown) => failures.push(error))),
    );
    // The others have their answers, as above; without one a claim is `busy`, and asked again by its token.
    if (groups.length > 0 && failures.length === groups.length) throw failures[0];
    return answers;
  }

  /** The answered rows by their names. Nothing where the statement met a conflict each time: it has changed no row. */
  private async rowsOf<Row extends { name: string }>(
    send: () => Promise<Row[]>,
  ): Promise<Map<string, Row> | undefined> {
    try {
      const rows = await send();
      return new Map(rows.map((row) => [row.name, row]));
    } catch (error) {
      if (!isConflict(error)) throw error;
      return undefined;
    }
  }
}

/** @throws Error where a name stands twice: one statement can take a row once, and both would be told that they won */
function assertDistinct(requests: readonly { name: string }[]): void {
  if (requests.length > 1 && new Set(requests.map(({ name }) => name)).size < requests.length)
    throw new Error('a name stands twice in one call of the store: send each name once a call');
}

/** All statements on a lock table and on the table of requests beside it. */
function statementsFor(lockTable: string, schema: string | undefined) {
  const table = qualifiedTable(lockTable, schema);
  const requests = requestTableOf(lockTable);
  const requestTable = qualifiedTable(requests, schema);
  const tables = tableNamesFor({ table: lockTable, schema });
  return {
    place: { table: lockTable, schema },
    table,
    requestTable,
    claim: claimStatements(table, tables.control),
    claimPlain: claimStatements(table),
    renew: renewStatement(table, tables.cancel),
    renewPlain: renewStatement(table),
    release: releaseStatement(table, tables.run),
    releasePlain: releaseStatement(table),
    unreleased: unreleasedStatement(table, tables.run),
    unreleasedPlain: unreleasedStatement(table),
    check: checkStatement(table, LOCK_TABLE_ACCESS),
    reach: reachStatement(table),
    holders: holdersStatement(table),
    fence: fenceStatement(table),
    ensure: ensureStatement(table),
    purge: purgeStatement(table),
    requests: {
      ...requestStatementsFor(requestTable, table, tables.control),
      place: { table: requests, schema },
    },
    operator: { ...operatorStatementsFor(tables), place: { table: lockTable, schema }, tables },
  };
}
