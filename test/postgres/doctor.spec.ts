import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { taskLockMigrations } from '../../src/migrations.js';
import { PostgresDoctor } from '../../src/store/postgres/postgres-doctor.js';
import type { DoctorOptions, Finding } from '../../src/store/postgres/postgres-doctor.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { FakeClock } from '../support/fake-clock.js';

const OPTIONS: DoctorOptions = {
  migrations: ['CreateTaskLockTable1', 'CreateTaskLockRequestTable2', 'CreateTaskLockOperatingTables3'],
  migrate: 'npx nestjs-task-lock migrate',
};
/** All transactions are long ones. */
const IMPATIENT = { ...OPTIONS, longTransaction: 0 };

let database: TestDatabase;
let dataSource: DataSource;
let role: string;

beforeAll(async () => {
  database = await createDatabase();
  role = `${new URL(database.url).pathname.slice(1)}_doctor`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'doctor'`);
  dataSource = await database.connect({ migrations: [...taskLockMigrations] });
});
afterEach(async () => {
  await database.query(`DROP OWNED BY ${role}`);
});
afterAll(async () => {
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
});

const wrong = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== 'fine');

/** Executes what a finding says, on a connection of a superuser. */
async function mend({ mend }: Finding): Promise<void> {
  for (const statement of mend!.split('; ')) await database.query(statement);
}

async function connectAsRole(): Promise<DataSource> {
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'doctor'];
  return database.connect({ url: url.href });
}

test('finds nothing wrong with a database that is well', async () => {
  const findings = await new PostgresDoctor(dataSource, OPTIONS).examine();
  expect(wrong(findings)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    'tables',
    'clock',
    'pooler',
    'isolation level',
    'indexes',
    'transactions',
    'prepared transactions',
    'privileges',
  ]);
});

describe('tables', () => {
  test('that are missing are told with their migration', async () => {
    const empty = await createDatabase({ migrated: false });
    try {
      const findings = await new PostgresDoctor(await empty.connect(), OPTIONS).tables();
      expect(findings.map(({ message }) => message)).toEqual([
        'the table task_lock is missing: the migration CreateTaskLockTable1 has not run',
        'the table task_lock_request is missing: the migration CreateTaskLockRequestTable2 has not run',
        expect.stringMatching(
          /^the table task_lock_control is missing, .*CreateTaskLockOperatingTables3 has not run$/,
        ),
      ]);
      expect(findings.map(({ mend }) => mend)).toEqual(Array(3).fill('npx nestjs-task-lock migrate'));
    } finally {
      await empty.drop();
    }
  });

  test('that an older version made are told with what they lack', async () => {
    await database.query('ALTER TABLE task_lock_request DROP COLUMN latest_at');
    try {
      const [finding] = await new PostgresDoctor(dataSource, OPTIONS).tables();
      expect(finding!.message).toBe(
        'the table task_lock_request lacks the columns latest_at: the migration CreateTaskLockRequestTable2 has not run',
      );
    } finally {
      await database.query('ALTER TABLE task_lock_request ADD COLUMN latest_at timestamptz');
    }
  });

  test('of another schema and name are looked for there', async () => {
    const doctor = new PostgresDoctor(dataSource, { ...OPTIONS, schema: 'jobs', table: 'locks' });
    const [finding] = await doctor.tables();
    expect(finding!.message).toBe(
      'the table jobs.locks is missing: the migration CreateTaskLockTable1 has not run, or --schema jobs --table locks is mistyped',
    );
  });
});

test.each([
  [20_000, 'ahead of'],
  [-20_000, 'behind'],
])('a clock that is %d ms off is found, and what synchronises it', async (by, direction) => {
  const clock = new FakeClock(Date.now() + by);
  const [finding] = await new PostgresDoctor(dataSource, OPTIONS, clock).clocks();
  expect(finding).toMatchObject({ state: 'wrong', mend: 'sudo timedatectl set-ntp true' });
  expect(finding!.message).toMatch(
    new RegExp(String.raw`^the clock of this machine is \d+ ms ${direction} the database's`),
  );
});

test('a default isolation level other than read committed is found, and mended for new sessions', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
  try {
    const [finding] = await new PostgresDoctor(await connectAsRole(), OPTIONS).isolation();
    expect(finding).toMatchObject({
      state: 'wrong',
      message: expect.stringContaining('are serializable by default'),
    });
    await mend(finding!);
    expect(wrong(await new PostgresDoctor(await connectAsRole(), OPTIONS).isolation())).toEqual([]);
  } finally {
    await database.query(`ALTER DATABASE ${name} RESET default_transaction_isolation`);
    await database.query(`ALTER ROLE ${role} IN DATABASE ${name} RESET ALL`);
  }
});

describe('indexes', () => {
  test.each([
    ['CREATE INDEX extra ON task_lock (locked_until)', 'locked_until'],
    ['CREATE INDEX extra ON task_lock (name) INCLUDE (outcome)', 'outcome'],
    ['CREATE INDEX extra ON task_lock (name) WHERE finished_at IS NULL', 'finished_at'],
    ['CREATE INDEX extra ON task_lock (lower(locked_by))', 'locked_by'],
    ['ALTER TABLE task_lock ADD CONSTRAINT extra UNIQUE (fence)', 'fence'],
  ])('%s is found and mended', async (statement, column) => {
    await database.query(statement);
    const doctor = new PostgresDoctor(dataSource, OPTIONS);
    const [finding] = await doctor.indexes();
    expect(finding).toMatchObject({
      state: 'wrong',
      message: expect.stringContaining(`each claim writes (${column})`),
    });
    await mend(finding!);
    expect(wrong(await doctor.indexes())).toEqual([]);
  });

  test('on what no claim writes are left alone', async () => {
    await database.query('CREATE INDEX harmless ON task_lock (lower(name))');
    expect(wrong(await new PostgresDoctor(dataSource, OPTIONS).indexes())).toEqual([]);
    await database.query('DROP INDEX harmless');
  });
});

describe('transactions', () => {
  test('that are long are found, and ended by the statement', async () => {
    const other = (await database.connect({ applicationName: 'forgotten' })).createQueryRunner();
    await other.startTransaction();
    await other.query('SELECT count(*) FROM task_lock');
    const gone = new Promise(
      (resolve) =>
        void other
          .connect()
          .then((connection: { once: (event: string, listener: (value: unknown) => void) => void }) =>
            connection.once('error', resolve),
          ),
    );
    const doctor = new PostgresDoctor(dataSource, IMPATIENT);
    const [finding, ...others] = await doctor.transactions();
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      state: 'wrong',
      message: expect.stringMatching(
        /of postgres \(forgotten\) has been open for \d+ s, and is idle in transaction/,
      ),
    });
    expect(wrong(await new PostgresDoctor(dataSource, OPTIONS).transactions())).toEqual([]);
    await mend(finding!);
    await gone;
    expect(wrong(await doctor.transactions())).toEqual([]);
    await other.release().catch(() => undefined);
  });

  test('that the role may not see are told as unknown, with the grant that shows them', async () => {
    const limited = await connectAsRole();
    const doctor = new PostgresDoctor(limited, OPTIONS);
    const [finding] = await doctor.transactions();
    expect(finding).toMatchObject({ state: 'unknown', mend: `GRANT pg_read_all_stats TO ${role}` });
    await mend(finding!);
    expect(wrong(await doctor.transactions())).toEqual([]);
    await database.query(`REVOKE pg_read_all_stats FROM ${role}`);
  });

  test('that were prepared and forgotten are found, and rolled back by the statement', async () => {
    const [row] = await database.query<{ most: string }>(
      `SELECT current_setting('max_prepared_transactions') AS most`,
    );
    // A server of somebody else may not allow them.
    if (row!.most === '0') return;
    const runner = dataSource.createQueryRunner();
    await runner.query(`BEGIN`);
    await runner.query(`SELECT count(*) FROM task_lock`);
    await runner.query(`PREPARE TRANSACTION 'it''s lost'`);
    await runner.release();
    const doctor = new PostgresDoctor(dataSource, IMPATIENT);
    const [finding] = await doctor.preparedTransactions();
    expect(finding).toMatchObject({ state: 'wrong', mend: `ROLLBACK PREPARED 'it''s lost'` });
    await mend(finding!);
    expect(wrong(await doctor.preparedTransactions())).toEqual([]);
  });
});

describe('privileges', () => {
  test.each([
    ['a replica, which inserts locks', 'INSERT ON task_lock', 'read, run tasks'],
    ['a replica with grants by columns', 'INSERT (name, finished_at) ON task_lock', 'read, run tasks'],
    ['an operator, who inserts actions', 'INSERT ON task_lock_action', 'read, steer'],
    ['a reader', 'SELECT ON task_lock', 'read'],
  ])('that %s lacks are found, and granted by the statements', async (_, granted, may) => {
    await database.query(`GRANT ${granted} TO ${role}`);
    const doctor = new PostgresDoctor(await connectAsRole(), OPTIONS);
    const findings = await doctor.privileges();
    expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['wrong']));
    for (const finding of findings) await mend(finding);
    const message = `the role of this connection may ${may}`;
    expect(await doctor.privileges()).toEqual([{ check: 'privileges', state: 'fine', message }]);
  });

  test('a replica whose transactions are read-only by default is found, and a reader may be so', async () => {
    await database.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    await database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    expect(wrong(await new PostgresDoctor(await connectAsRole(), OPTIONS).privileges())).toEqual([]);
    await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
    const [finding] = await new PostgresDoctor(await connectAsRole(), OPTIONS).privileges();
    expect(finding!.message).toContain('are read-only by default');
    await mend(finding!);
    expect(wrong(await new PostgresDoctor(await connectAsRole(), OPTIONS).privileges())).toEqual([]);
  });
});

test('a check that fails leaves the others to be made, and is told as unknown', async () => {
  const broken = await database.connect();
  const doctor = new PostgresDoctor(broken, OPTIONS);
  Object.defineProperty(doctor, 'indexes', { value: () => Promise.reject(new Error('no')) });
  const findings = await doctor.examine();
  expect(findings.find(({ check }) => check === 'indexes')).toEqual({
    check: 'indexes',
    state: 'unknown',
    message: 'could not be checked: no',
  });
  expect(findings).toHaveLength(8);
});
