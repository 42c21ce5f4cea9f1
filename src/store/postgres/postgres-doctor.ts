import type { DataSource } from 'typeorm';
import { SystemLockClock } from '../../common/clock.js';
import type { LockClock } from '../../common/clock.js';
import { messageOf } from '../../common/error-text.js';
import {
  ACCESS_STATEMENT,
  accessProblems,
  accessValues,
  LOCK_TABLE_ACCESS,
  REQUEST_TABLE_ACCESS,
} from './access.sql.js';
import type { AccessRow, NeededAccess } from './access.sql.js';
import {
  CLOCK_STATEMENT,
  INDEXES_STATEMENT,
  ISOLATION_STATEMENT,
  PREPARED_STATEMENT,
  TABLES_STATEMENT,
  TRANSACTIONS_STATEMENT,
} from './doctor.sql.js';
import type { IndexRow, IsolationRow, PreparedRow, TableRow, TransactionRow } from './doctor.sql.js';
import { poolingOf } from './pooler.js';
import { StatementRunner } from './statement-runner.js';
import { APPLICATION_PRIVILEGES, OPERATOR_PRIVILEGES, READER_PRIVILEGES } from './operator-access.js';
import { OPERATING_TABLES, TABLE_KINDS } from './operator-tables.js';
import type { OperatorTable } from './operator-tables.js';
import { DEFAULT_TABLE, operatingTableOf, qualifiedTable, requestTableOf, schemaOf } from './table-name.js';

/** What a check found. `unknown`: it cannot be seen from here. */
export interface Finding {
  check: string;
  state: 'fine' | 'wrong' | 'unknown';
  message: string;
  /** The statement or command that mends it. */
  mend?: string;
}

export interface DoctorOptions {
  schema?: string;
  table?: string;
  /** The names of the migrations: of the lock table, of the table of requests, and of those for operating. */
  migrations: readonly [string, string, string];
  /** The command that runs them. */
  migrate: string;
  /** Milliseconds from which on a transaction is long. */
  longTransaction?: number;
}

const { UPDATE: WRITTEN_BY_CLAIMS = '' } = LOCK_TABLE_ACCESS;
const ANSWER_TIMEOUT = 10_000;
const LONG_TRANSACTION = 60_000;
/** As replicas tolerate it without a warning. */
const CLOCK_TOLERANCE = 1_000;

/** Finds what is wrong with the database of the locks, and says what mends it. It changes nothing. */
export class PostgresDoctor {
  private readonly runner: StatementRunner;
  private readonly table: string;
  private readonly schema?: string;
  private readonly longTransaction: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: DoctorOptions,
    private readonly clock: LockClock = new SystemLockClock(),
  ) {
    this.runner = new StatementRunner(() => dataSource, clock, ANSWER_TIMEOUT, false);
    this.table = options.table ?? DEFAULT_TABLE;
    this.schema = options.schema ?? schemaOf(dataSource);
    this.longTransaction = options.longTransaction ?? LONG_TRANSACTION;
  }

  /** All checks, one after the other. One that fails does not keep the others from being made. */
  async examine(): Promise<Finding[]> {
    const checks: [string, () => Promise<Finding[]>][] = [
      ['tables', () => this.tables()],
      ['clock', () => this.clocks()],
      ['pooler', () => this.pooler()],
      ['isolation level', () => this.isolation()],
      ['indexes', () => this.indexes()],
      ['transactions', () => this.transactions()],
      ['prepared transactions', () => this.preparedTransactions()],
      ['privileges', () => this.privileges()],
    ];
    const findings: Finding[] = [];
    for (const [check, make] of checks) findings.push(...(await attempted(check, make)));
    return findings;
  }

  /** Which migrations are missing. */
  async tables(): Promise<Finding[]> {
    const wanted = this.wantedTables();
    const places = wanted.map(({ table }) => qualifiedTable(table, this.schema));
    const values = [places, wanted.map(({ columns }) => columns)];
    const rows = await this.runner.query<TableRow>({ text: TABLES_STATEMENT, values });
    const findings = this.options.migrations.flatMap((migration, index): Finding[] => {
      const problems = wanted.flatMap((each, at) => {
        const row = rows[at];
        if (each.migration !== index || row === undefined) return [];
        const name = [this.schema, each.table].filter((part) => part !== undefined).join('.');
        if (row.is_there === 'false') return [`the table ${name} is missing`];
        return row.missing === null ? [] : [`the table ${name} lacks the columns ${row.missing}`];
      });
      if (problems.length === 0) return [];
      const orMistyped = index === 0 ? this.orMistyped() : '';
      const message = `${problems.join(', ')}: the migration ${migration} has not run${orMistyped}`;
      return [{ check: 'tables', state: 'wrong', message, mend: this.options.migrate }];
    });
    if (findings.length > 0) return findings;
    return [{ check: 'tables', state: 'fine', message: 'all migrations have run' }];
  }

  /** Of a table that somebody named: the name may be wrong. */
  private orMistyped(): string {
    const given = (['schema', 'table'] as const).filter((option) => this.options[option] !== undefined);
    const options = given.map((option) => `--${option} ${this.options[option]}`).join(' ');
    return given.length === 0 ? '' : `, or ${options} is mistyped`;
  }

  async clocks(): Promise<Finding[]> {
    const check = 'clock';
    const sentAt = this.clock.now();
    const [row] = await this.runner.query<{ now: string }>({ text: CLOCK_STATEMENT });
    const receivedAt = this.clock.now();
    const now = Number(row?.now);
    const ahead = sentAt - now;
    const behind = now - receivedAt;
    const others = 'The clocks of replicas are not stored: each one warns in its own log';
    if (Math.max(ahead, behind) <= CLOCK_TOLERANCE) {
      const message = `the clock of this machine and the database's agree within a second. ${others}`;
      return [{ check, state: 'fine', message }];
    }
    const [by, direction] = ahead > behind ? [ahead, 'ahead of'] : [behind, 'behind'];
    const message =
      `the clock of this machine is ${Math.floor(by)} ms ${direction} the database's: one of them is wrong. ` +
      others;
    return [{ check, state: 'wrong', message, mend: 'sudo timedatectl set-ntp true' }];
  }

  async pooler(): Promise<Finding[]> {
    const pooling = await poolingOf(this.dataSource);
    return [{ check: 'pooler', ...POOLING[pooling] }];
  }

  async isolation(): Promise<Finding[]> {
    const check = 'isolation level';
    const [row] = await this.runner.query<IsolationRow>({ text: ISOLATION_STATEMENT });
    if (row === undefined) return [];
    const { isolation, role_name: role, database_name: database } = row;
    if (isolation === 'read committed')
      return [{ check, state: 'fine', message: 'transactions are read committed by default' }];
    return [
      {
        check,
        state: 'wrong',
        message:
          `transactions of the role ${role} are ${isolation} by default: claims that meet each other are sent again ` +
          'and again. New sessions take the statement below',
        mend: `ALTER ROLE ${role} IN DATABASE ${database} SET default_transaction_isolation = 'read committed'`,
      },
    ];
  }

  async indexes(): Promise<Finding[]> {
    const check = 'indexes';
    const values = [qualifiedTable(this.table, this.schema), WRITTEN_BY_CLAIMS.split(', ')];
    const rows = await this.runner.query<IndexRow>({ text: INDEXES_STATEMENT, values });
    if (rows.length === 0)
      return [{ check, state: 'fine', message: 'no index stands on a column that claims write' }];
    return rows.map(({ index_name: index, table_name: table, constraint_name: constraint, columns }) => ({
      check,
      state: 'wrong',
      message: `the index ${index} stands on columns that each claim writes (${columns}): it doubles what a claim costs`,
      mend:
        constraint === null
          ? `DROP INDEX CONCURRENTLY ${index}`
          : `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`,
    }));
  }

  async transactions(): Promise<Finding[]> {
    const check = 'transactions';
    const query = { text: TRANSACTIONS_STATEMENT, values: [this.longTransaction] };
    const rows = await this.runner.query<TransactionRow>(query);
    const hidden = rows.filter(({ is_hidden: isHidden }) => isHidden === 'true').length;
    const long = rows.filter(({ is_hidden: isHidden }) => isHidden === 'false');
    const findings = long.map(({ pid, role_name: role, application, state, age_ms: age }): Finding => {
      const program = application ? ` (${application})` : '';
      return {
        check,
        state: 'wrong',
        message:
          `a transaction of ${role ?? 'some role'}${program} has been open for ${seconds(age)} s, and is ${state ?? 'unknown'}: ` +
          'rows that claims have replaced cannot be cleaned up meanwhile',
        mend: `SELECT pg_terminate_backend(${pid})`,
      };
    });
    if (hidden > 0) findings.push(await this.hiddenSessions(hidden));
    if (findings.length > 0) return findings;
    return [
      { check, state: 'fine', message: `no transaction is older than ${seconds(this.longTransaction)} s` },
    ];
  }

  async preparedTransactions(): Promise<Finding[]> {
    const check = 'prepared transactions';
    const query = { text: PREPARED_STATEMENT, values: [this.longTransaction] };
    const rows = await this.runner.query<PreparedRow>(query);
    if (rows.length === 0)
      return [{ check, state: 'fine', message: `none is older than ${seconds(this.longTransaction)} s` }];
    return rows.map(({ gid, owner, age_ms: age }) => ({
      check,
      state: 'wrong',
      message:
        `the transaction ${gid} of ${owner} was prepared ${seconds(age)} s ago and holds its locks until somebody ` +
        'commits it or rolls it back',
      mend: `ROLLBACK PREPARED ${gid}`,
    }));
  }

  /**
   * What the role of this connection lacks for what it is there for. Nobody says what that is, but it shows: replicas
   * insert locks, requests and tasks; operators insert pauses and actions; and a role without either reads.
   */
  async privileges(): Promise<Finding[]> {
    const check = 'privileges';
    const runs = await this.mayInsert('lock', 'request', 'task');
    const steers = await this.mayInsert('control', 'action');
    const wanted = [
      READER_PRIVILEGES,
      ...(runs
        ? [{ ...APPLICATION_PRIVILEGES, lock: LOCK_TABLE_ACCESS, request: REQUEST_TABLE_ACCESS }]
        : []),
      ...(steers ? [OPERATOR_PRIVILEGES] : []),
    ];
    const findings = new Map<string, Finding>();
    for (const [table, needed] of wanted.flatMap(tablesOf)) {
      const row = await this.access(table, needed);
      // A reader writes nothing.
      const access = row && (runs || steers ? row : { ...row, read_only: null });
      for (const { problem, mend, advice } of access ? accessProblems(access, TABLE_KINDS[table]) : []) {
        const message = advice === undefined ? problem : `${problem}: ${advice}`;
        findings.set(message, { check, state: 'wrong', message, mend: mend.join('; ') || undefined });
      }
    }
    if (findings.size > 0) return [...findings.values()];
    const may = ['read', ...(steers ? ['steer'] : []), ...(runs ? ['run tasks'] : [])].join(', ');
    return [{ check, state: 'fine', message: `the role of this connection may ${may}` }];
  }

  private async mayInsert(...tables: OperatorTable[]): Promise<boolean> {
    for (const table of tables) {
      const row = await this.access(table, INSERTED_COLUMNS[table] ?? ['INSERT']);
      if (row?.missing === null) return true;
    }
    return false;
  }

  private async access(
    table: OperatorTable,
    needed: NeededAccess | readonly string[],
  ): Promise<AccessRow | undefined> {
    const values = accessValues({ table: this.tableNamed(table), schema: this.schema }, needed);
    const [row] = await this.runner.query<AccessRow>({ text: ACCESS_STATEMENT, values });
    return row;
  }

  private tableNamed(table: OperatorTable): string {
    if (table === 'lock') return this.table;
    return table === 'request' ? requestTableOf(this.table) : operatingTableOf(this.table, table);
  }

  private async hiddenSessions(count: number): Promise<Finding> {
    const [row] = await this.runner.query<IsolationRow>({ text: ISOLATION_STATEMENT });
    const role = row?.role_name ?? 'CURRENT_USER';
    return {
      check: 'transactions',
      state: 'unknown',
      message: `${count} sessions of other roles cannot be seen by ${role}: they may have long transactions`,
      mend: `GRANT pg_read_all_stats TO ${role}`,
    };
  }

  private wantedTables(): { table: string; columns: string; migration: number }[] {
    return [
      { table: this.table, columns: LOCK_TABLE_ACCESS.SELECT, migration: 0 },
      { table: requestTableOf(this.table), columns: REQUEST_TABLE_ACCESS.SELECT, migration: 1 },
      ...OPERATING_TABLES.map((each) => ({
        table: operatingTableOf(this.table, each),
        columns: 'name',
        migration: 2,
      })),
    ];
  }
}

/** Whoever grants the lock by columns grants those that are used. */
const INSERTED_COLUMNS: Partial<Record<OperatorTable, NeededAccess>> = {
  lock: { SELECT: '', INSERT: LOCK_TABLE_ACCESS.INSERT },
  request: { SELECT: '', INSERT: REQUEST_TABLE_ACCESS.INSERT },
};

function tablesOf(
  needed: Readonly<Record<OperatorTable, NeededAccess | readonly string[]>>,
): [OperatorTable, NeededAccess | readonly string[]][] {
  return Object.entries(needed) as [OperatorTable, NeededAccess | readonly string[]][];
}

const POOLING = {
  transaction: {
    state: 'fine',
    message:
      'a pooler shares connections between transactions, and the lock works behind it. Where it loses prepared ' +
      'statements (pgbouncer before 1.21), set preparedStatements: false',
  },
  some: {
    state: 'unknown',
    message:
      'a pooler stands between this machine and the server. It did not share this connection just now, so it pools ' +
      'sessions, or it had others to spare. The lock works with either',
  },
  'none seen': { state: 'fine', message: 'this connection ends at the server itself: no pooler was seen' },
} as const;

function seconds(milliseconds: string | number | null): number {
  return Math.round(Number(milliseconds) / 1_000);
}

async function attempted(check: string, make: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await make();
  } catch (error) {
    return [{ check, state: 'unknown', message: `could not be checked: ${messageOf(error)}` }];
  }
}
