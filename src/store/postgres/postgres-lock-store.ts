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
import { claimAnswer, claimStatement } from './claim.sql.js';
import type { ClaimRow } from './claim.sql.js';
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
import { inOneCommit, releaseAnswer, releaseStatement } from './release.sql.js';
import type { ReleaseRow } from './release.sql.js';
import { renewAnswer, renewStatement } from './renew.sql.js';
import type { RenewRow } from './renew.sql.js';
import { requestStatementsFor } from './requests.sql.js';
import { queryOf } from './statement.js';
import type { Query } from './statement.js';
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
    const rows = await this.claimed(requests, signal);
    const missing = requests.filter(({ name }) => rows.get(name)?.answer === 'missing');
    if (missing.length > 0) {
      try {
        const names = missing.map(({ name }) => name);
        await this.ensure(names, signal);
        const made = await this.claimed(missing, signal);
        for (const [name, row] of made) rows.set(name, row);
      } catch (error) {
        // The others have their answers: a win among them that nobody heard of would hold its row with nobody running.
        if (missing.length === requests.length) throw error;
      }
    }
    return requests.map((request) => claimAnswer(request, rows.get(request.name)));
  }

  async renew(held: readonly RenewRequest[], signal?: WantedSignal): Promise<RenewAnswer[]> {
    const { renew, renewPlain } = this.statements;
    const rows = await this.rowsOf(held, () =>
      this.operating.cancel.query<RenewRow>(
        () => queryOf(renew, held),
        () => queryOf(renewPlain, held),
        signal,
      ),
    );
    return held.map(({ name }) => renewAnswer(rows.get(name)));
  }

  async release(held: readonly ReleaseRequest[], signal?: WantedSignal): Promise<ReleaseAnswer[]> {
    const { release, releasePlain } = this.statements;
    const ends = inOneCommit(held);
    const plain = (): Query => queryOf(releasePlain, ends);
    const rows = await this.rowsOf(held, () =>
      ends.some(({ run }) => run !== undefined)
        ? this.operating.history.query<ReleaseRow>(() => queryOf(release, ends), plain, signal)
        : this.runner.query<ReleaseRow>(plain(), signal),
    );
    return held.map(({ name }) => releaseAnswer(rows.get(name)));
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

  private claimed(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<Map<string, ClaimRow>> {
    const { claim, claimPlain } = this.statements;
    const areAllWon = (rows: ClaimRow[]): boolean => rows.every(({ answer }) => answer === 'won');
    return this.rowsOf(requests, () =>
      this.operating.pause.query(
        () => queryOf(claim, requests),
        () => queryOf(claimPlain, requests),
        signal,
        areAllWon,
      ),
    );
  }

  /**
   * The answered rows by their names. A statement that met a conflict each time has changed no row, and answers none.
   *
   * @throws Error where a name stands twice: one statement can take a row once, and both would be told that they won
   */
  private async rowsOf<Row extends { name: string }>(
    requests: readonly { name: string }[],
    send: () => Promise<Row[]>,
  ): Promise<Map<string, Row>> {
    if (requests.length === 0) return new Map();
    if (requests.length > 1 && new Set(requests.map(({ name }) => name)).size < requests.length)
      throw new Error('a name stands twice in one call of the store: send each name once a call');
    try {
      const rows = await send();
      return new Map(rows.map((row) => [row.name, row]));
    } catch (error) {
      if (!isConflict(error)) throw error;
      return new Map();
    }
  }
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
    claim: claimStatement(table, tables.control),
    claimPlain: claimStatement(table),
    renew: renewStatement(table, tables.cancel),
    renewPlain: renewStatement(table),
    release: releaseStatement(table, tables.run),
    releasePlain: releaseStatement(table),
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
