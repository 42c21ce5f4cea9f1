import { DataSource, MigrationExecutor } from 'typeorm';
import type { QueryRunner } from 'typeorm';
import { messageOf } from '../common/error-text.js';
import { taskLockMigrations, taskLockMigrationsFor } from '../migrations.js';
import type { TaskLockMigration } from '../migrations.js';
import type { RunningState } from '../operate/operator-types.js';
import { runningState } from '../operate/state-shapes.js';
import { TaskLockOperator } from '../operate/task-lock-operator.js';
import { PostgresDoctor } from '../store/postgres/postgres-doctor.js';
import type { Finding } from '../store/postgres/postgres-doctor.js';
import { PostgresLockStore } from '../store/postgres/postgres-lock-store.js';
import type { Connection } from './connection.js';
import { CliError } from './exit-codes.js';

/** All that the verbs ask of the service. */
export type Operator = Pick<
  TaskLockOperator,
  | 'tasks'
  | 'allTasks'
  | 'task'
  | 'runs'
  | 'ticks'
  | 'nextTicks'
  | 'explain'
  | 'pause'
  | 'resume'
  | 'trigger'
  | 'triggered'
  | 'cancel'
  | 'release'
  | 'forget'
  | 'actions'
>;

/** A migration that has not run, with its statements. */
export interface PendingMigration {
  name: string;
  sql: string;
}

/** A connection to the database, and what the verbs do with it. */
export interface Session {
  readonly operator: Operator;
  /** The database's clock. */
  now(): Promise<Date>;
  /** The runs of a task that are in progress, or that have died. */
  unfinishedRuns(name: string): Promise<RunningState[]>;
  /** Whether each key of a task has a lock of its own; nothing where no code declares the task. */
  isKeyed(name: string): Promise<boolean | undefined>;
  doctor: Pick<PostgresDoctor, 'examine' | 'tables' | 'privileges'>;
  pendingMigrations(): Promise<PendingMigration[]>;
  /** Runs what is pending. Resolves to the names of what ran. */
  migrate(): Promise<string[]>;
  close(): Promise<void>;
}

export interface TableOptions {
  schema?: string;
  table?: string;
}

export type OpenSession = (connection: Connection, table: TableOptions) => Promise<Session>;

const CONNECT_TIMEOUT = 10_000;

/** Connects to the database, without entities and without an application. */
export async function openSession(
  { url, place, secrets }: Connection,
  { schema, table }: TableOptions,
): Promise<Session> {
  const migrations = migrationsFor({ schema, table });
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'nestjs-task-lock',
    migrations: [...migrations],
    logging: false,
    // Two: the doctor looks for a pooler with a second connection.
    poolSize: 2,
    connectTimeoutMS: CONNECT_TIMEOUT,
    // A connection that breaks between two statements is noticed by the next one.
    poolErrorHandler: () => undefined,
  });
  try {
    await dataSource.initialize();
  } catch (error) {
    throw new CliError(`the database ${place} cannot be reached: ${secrets.hide(messageOf(error))}`);
  }
  const store = new PostgresLockStore(() => dataSource, { schema, table });
  return {
    operator: new TaskLockOperator(store.operator),
    now: () => store.operator.now(),
    unfinishedRuns: async (name) => {
      const [record] = await store.operator.tasks([name]);
      const locks = record?.locks.filter(({ finishedAt }) => finishedAt === undefined) ?? [];
      return locks.map((lock) => runningState(lock, name));
    },
    isKeyed: async (name) => {
      const [record] = await store.operator.tasks([name]);
      return record?.definition?.isKeyed;
    },
    doctor: new PostgresDoctor(dataSource, {
      schema,
      table,
      migrations: namesOf(migrations),
      migrate: migrateCommand({ schema, table }),
    }),
    pendingMigrations: () => pendingMigrations(dataSource),
    migrate: async () => {
      const ran = await dataSource.runMigrations({ transaction: 'each' });
      return ran.map(({ name }) => name);
    },
    close: () => dataSource.destroy(),
  };
}

/** The migrations under the names that the application's own data source records. */
function migrationsFor(place: TableOptions): readonly TaskLockMigration[] {
  const isDefault = place.schema === undefined && place.table === undefined;
  return isDefault ? taskLockMigrations : taskLockMigrationsFor(place);
}

/** Runs them in order; the third name is that of all tables for operating. */
function namesOf(migrations: readonly TaskLockMigration[]): [string, string, string] {
  const [lock = '', requests = '', operating = ''] = migrations.map((each) => new each().name ?? each.name);
  return [lock, requests, operating];
}

function migrateCommand({ schema, table }: TableOptions): string {
  const options = Object.entries({ schema, table }).flatMap(([name, value]) =>
    value === undefined ? [] : [` --${name} ${shellWord(value)}`],
  );
  return `npx nestjs-task-lock migrate${options.join('')}`;
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export type { Finding };

/** Reads what TypeORM has recorded, and makes no table for it. */
async function pendingMigrations(dataSource: DataSource): Promise<PendingMigration[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const isFirst = !(await runner.hasTable(MIGRATIONS_TABLE));
    const executor = new MigrationExecutor(dataSource, runner);
    const pending = isFirst ? undefined : await executor.getPendingMigrations();
    const names = pending?.map(({ name }) => name);
    const wanted = dataSource.migrations.filter(
      (migration) => names === undefined || names.includes(migration.name ?? migration.constructor.name),
    );
    return await Promise.all(
      wanted.map(async (migration) => ({
        name: migration.name ?? migration.constructor.name,
        sql: await statementsOf(dataSource, (recorder) => migration.up(recorder)),
      })),
    );
  } finally {
    await runner.release();
  }
}

const MIGRATIONS_TABLE = 'migrations';

/** The statements that a migration sends: ours read nothing of a query runner but its connection's options. */
async function statementsOf(
  dataSource: DataSource,
  up: (recorder: QueryRunner) => Promise<unknown>,
): Promise<string> {
  const statements: string[] = [];
  const runner = dataSource.createQueryRunner();
  const record = async (text: string): Promise<void> =>
    void statements.push(`${text.trim().replace(/;$/, '')};`);
  const recorder = new Proxy(runner, {
    get: (target, property) => (property === 'query' ? record : (Reflect.get(target, property) as unknown)),
  });
  try {
    await up(recorder);
  } finally {
    await runner.release();
  }
  return statements.join('\n');
}
