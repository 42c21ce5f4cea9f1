import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { SystemLockClock } from '../../src/common/clock.js';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { HeldLock } from '../../src/lock/held-lock.js';
import { TaskLocks } from '../../src/lock/task-locks.js';
import type { ClaimRequest, ReleaseRequest } from '../../src/store/lock-store.js';
import type { RunFacts } from '../../src/store/recorded-run.js';
import { claimStatement } from '../../src/store/postgres/claim.sql.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { releaseStatement, unreleasedStatement } from '../../src/store/postgres/release.sql.js';
import { queryOf } from '../../src/store/postgres/statement.js';
import type { Query } from '../../src/store/postgres/statement.js';
import { aClaim, aRelease } from '../support/claims.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { isolatedAs, ISOLATION_LEVELS } from '../support/isolation-levels.js';
import { recordingLog } from '../support/locks.js';
import { TESTS_EVERYTHING } from '../support/tests-everything.js';
import { until } from '../support/until.js';

const TABLES = ['control', 'cancel', 'run', 'task', 'action'] as const;
type Table = (typeof TABLES)[number];

const REPLICAS = 3;
/** Seconds that a slow table takes: far longer than a test may. */
const SLOW = 300;

jest.setTimeout(60_000);

const aCall = (overrides: Partial<ClaimRequest> = {}): ClaimRequest =>
  aClaim({ trigger: 'call', tick: { kind: 'call' }, minHold: 0, ...overrides });

const factsOf = ({ name, task, trigger, replica }: ClaimRequest, fence: bigint): RunFacts => ({
  name,
  task,
  trigger,
  replica,
  fence,
  startedAt: new Date(),
});

const endOf = (claim: ClaimRequest, fence: bigint, overrides: Partial<ReleaseRequest> = {}): ReleaseRequest =>
  aRelease(claim, { run: factsOf(claim, fence), ...overrides });

/** Asks until there is an answer, as the locks do. */
async function answered<Answer extends { status: string }>(send: () => Promise<Answer[]>): Promise<Answer> {
  for (;;) {
    try {
      const [answer] = await send();
      if (answer && answer.status !== 'busy') return answer;
    } catch (error) {
      if (!(error instanceof LockStoreUnavailableError)) throw error;
    }
  }
}

describe.each(ISOLATION_LEVELS)('operating never costs a lock, in sessions that default to %s', (level) => {
  let database: TestDatabase;
  let role: string;
  let other: pg.Client;
  let stores: PostgresLockStore[];
  let logs: ReturnType<typeof recordingLog>[];

  beforeAll(async () => {
    database = await createDatabase({ settings: isolatedAs(level) });
    role = `${new URL(database.url).pathname.slice(1)}_app`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
    await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    await database.query(`
      CREATE FUNCTION slowly() RETURNS boolean LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(${SLOW}); RETURN true; END $$;
      CREATE FUNCTION slow_trigger() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep(${SLOW}); RETURN NEW; END $$;
      CREATE FUNCTION refusing_trigger() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = TG_ARGV[0]; END $$`);
  });
  afterAll(async () => {
    await database.query(`DROP OWNED BY ${role}`);
    await database.drop();
    const administration = await createDatabase({ migrated: false });
    await administration.query(`DROP ROLE ${role}`);
    await administration.drop();
  });
  beforeEach(async () => {
    for (const suffix of ['', ...TABLES.map((table) => `_${table}`)])
      await database.query(`DELETE FROM task_lock${suffix}`);
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
    logs = Array.from({ length: REPLICAS }, recordingLog);
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'app'];
    stores = await Promise.all(
      logs.map(async (log) => {
        const dataSource = await database.connect({ url: url.href, extra: { max: 3 } });
        return new PostgresLockStore(() => dataSource, { schema: 'public' }, undefined, log);
      }),
    );
    await stores[0]!.prepare(['task']);
    // What a renewal reads, where a policy asks for each row.
    await query(`INSERT INTO task_lock_cancel (name, fence, by) VALUES ('task', 0, 'ana')`);
  });
  afterEach(() => other.end());

  const query = (text: string) => database.query(text);

  /** All replicas claim at once, and the winner renews and releases; twice. */
  async function locksGoOn(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      const claims = stores.map((_, nth) => aCall({ replica: `replica-${nth}` }));
      const answers = await Promise.all(
        stores.map((store, nth) => answered(() => store.claim([claims[nth]!]))),
      );
      const won = answers.flatMap((answer, nth) => (answer.status === 'won' ? [{ nth, ...answer }] : []));
      expect(won).toHaveLength(1);
      const { nth, fence } = won[0]!;
      const [store, { name, token }] = [stores[nth]!, claims[nth]!];
      const renewed = await answered(() => store.renew([{ name, token, lease: 60_000, maxHold: 300_000 }]));
      expect(renewed.status).toBe('renewed');
      // What was not answered may have released it.
      expect(['released', 'gone']).toContain(
        (await answered(() => store.release([endOf(claims[nth]!, fence)]))).status,
      );
      const [row] = await database.query('SELECT finished_at IS NULL AS open, outcome FROM task_lock');
      expect(row).toEqual({ open: false, outcome: 'succeeded' });
    }
  }

  interface Obstacle {
    begin: (table: string) => Promise<unknown>;
    end: (table: string) => Promise<unknown>;
  }
  const withoutPrivilege = (privilege: string): Obstacle => ({
    begin: (table) => query(`REVOKE ${privilege} ON ${table} FROM ${role}`),
    end: (table) => query(`GRANT ${privilege} ON ${table} TO ${role}`),
  });
  const withTrigger = (timing: string, call: string): Obstacle => ({
    begin: (table) =>
      query(`CREATE TRIGGER obstacle ${timing} ON ${table} FOR EACH ROW EXECUTE FUNCTION ${call}`),
    end: (table) => query(`DROP TRIGGER obstacle ON ${table}`),
  });
  const locked: Obstacle = {
    begin: async (table) => {
      await other.query('BEGIN');
      await other.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    },
    end: () => other.query('ROLLBACK'),
  };
  const missing: Obstacle = {
    begin: (table) => query(`ALTER TABLE ${table} RENAME TO mislaid`),
    end: (table) => query(`ALTER TABLE mislaid RENAME TO ${table}`),
  };
  const aColumnLess: Obstacle = {
    begin: (table) => query(`ALTER TABLE ${table} RENAME COLUMN name TO mislaid`),
    end: (table) => query(`ALTER TABLE ${table} RENAME COLUMN mislaid TO name`),
  };
  const slowlyRead: Obstacle = {
    begin: (table) =>
      query(
        `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; CREATE POLICY obstacle ON ${table} USING (slowly())`,
      ),
    end: (table) =>
      query(`DROP POLICY obstacle ON ${table}; ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`),
  };
  const full: Obstacle = {
    begin: (table) => query(`ALTER TABLE ${table} ADD CONSTRAINT obstacle CHECK (false) NOT VALID`),
    end: (table) => query(`ALTER TABLE ${table} DROP CONSTRAINT obstacle`),
  };

  const ofAll: [string, Obstacle][] = [
    ['is missing', missing],
    ['is locked by an open transaction', locked],
  ];
  const ofRead: [string, Obstacle][] = [
    ['may not be read', withoutPrivilege('SELECT')],
    ['lacks a column', aColumnLess],
    ['is read slowly', slowlyRead],
  ];
  /** A pause that can only be read slowly. */
  const slowlyPaused: Obstacle = {
    begin: async (table) => {
      await query(
        `INSERT INTO ${table} (name, paused_at, paused_until, paused_by) VALUES ('task', now(), 'infinity', 'ana')`,
      );
      await slowlyRead.begin(table);
    },
    end: slowlyRead.end,
  };
  const ofHistory: [string, Obstacle][] = [
    ['may not be inserted into', withoutPrivilege('INSERT')],
    ['may not be updated', withoutPrivilege('UPDATE')],
    ['refuses each row', full],
    ['is written slowly', withTrigger('BEFORE INSERT', 'slow_trigger()')],
    ['is slow once it is written', withTrigger('AFTER INSERT', 'slow_trigger()')],
    ['is full', withTrigger('BEFORE INSERT', "refusing_trigger('53100')")],
    ['meets a conflict each time', withTrigger('BEFORE INSERT', "refusing_trigger('40001')")],
    ['has a trigger that fails', withTrigger('AFTER INSERT', "refusing_trigger('P0001')")],
  ];
  const cases = [
    ...TABLES.flatMap((table) => ofAll.map((each) => [table, ...each] as const)),
    ...(['control', 'cancel', 'run'] as const).flatMap((table) =>
      ofRead.map((each) => [table, ...each] as const),
    ),
    ['control', 'says slowly that the task is paused', slowlyPaused] as const,
    ...ofHistory.map((each) => ['run', ...each] as const),
    // Each takes some seconds.
  ].filter(([, what]) => TESTS_EVERYTHING || !what.includes('slow'));

  test.each(cases)('task_lock_%s %s', async (suffix: Table, _, { begin, end }) => {
    const table = `task_lock_${suffix}`;
    await begin(table);
    try {
      await locksGoOn();
    } finally {
      await end(table);
    }
    const lines = logs.flatMap(({ lines: { error } }) => error);
    for (const { lines: each } of logs) expect(each.error.length).toBeLessThanOrEqual(1);
    // Nobody waits for the tables of declared tasks and of actions.
    if (suffix === 'task' || suffix === 'action') expect(lines).toEqual([]);
  });

  test.each(['control', 'cancel', 'run'] as const)(
    'task_lock_%s is locked, and twenty runs share a pool of two connections',
    async (suffix) => {
      const url = new URL(database.url);
      [url.username, url.password] = [role, 'app'];
      const dataSource = await database.connect({ url: url.href, extra: { max: 2 } });
      const store = new PostgresLockStore(() => dataSource, { schema: 'public' });
      const names = Array.from({ length: 20 }, (_, nth) => `task ${nth}`);
      await store.prepare(names);
      const terms = { replicaId: 'replica-a', claimTimeout: 5_000, exclusive: true, history: store.operator };
      const locks = new TaskLocks(store, new SystemLockClock(), recordingLog(), terms);
      await locked.begin(`task_lock_${suffix}`);
      try {
        const claims = names.map((name) => locks.claim({ ...aCall({ name, task: name }), maxHold: 60_000 }));
        const held = (await Promise.all(claims)).filter((lock) => lock instanceof HeldLock);
        expect(held).toHaveLength(names.length);
        await Promise.all(held.map((lock) => locks.extend(lock, 30_000)));
        await Promise.all(held.map((lock) => locks.release(lock, 'succeeded')));
        const open = await database.query(`SELECT FROM task_lock WHERE finished_at IS NULL`);
        expect(open).toEqual([]);
      } finally {
        await locked.end(`task_lock_${suffix}`);
      }
    },
  );

  test('a task that is paused wins nothing, and runs where its pause cannot be read', async () => {
    const [store] = stores;
    await store!.operator.pause('task', undefined, { by: 'ana' });
    expect(await store!.claim([aCall()])).toMatchObject([{ status: 'paused' }]);
    await locked.begin('task_lock_control');
    expect(await answered(() => store!.claim([aCall()]))).toMatchObject({ status: 'won' });
    await locked.end('task_lock_control');
    expect(logs[0]!.lines.error).toEqual([expect.stringMatching(/^For a minute paused tasks run: /)]);
  });

  test('a refused claim of a paused task makes no new version of a row', async () => {
    await stores[0]!.operator.pause('task', undefined, { by: 'ana' });
    const versions = () =>
      database.query(
        'SELECT ctid, xmin, xmax FROM task_lock UNION ALL SELECT ctid, xmin, xmax FROM task_lock_control',
      );
    const before = await versions();
    expect(await stores[1]!.claim([aCall(), aCall({ name: 'other', task: 'other' })])).toMatchObject([
      { status: 'paused' },
      { status: 'won' },
    ]);
    expect((await versions()).filter((row) => before.some((old) => old['ctid'] === row['ctid']))).toEqual(
      before,
    );
  });

  test('requests wait for a run where the pauses cannot be read', async () => {
    const { requests } = stores[0]!;
    await requests.add([{ name: 'task', task: 'task', args: '[]', delay: 0 }]);
    await locked.begin('task_lock_control');
    expect(await requests.waiting({ horizon: 0, tasks: ['task'], except: [] })).toMatchObject([
      { name: 'task', count: 1 },
    ]);
    await locked.end('task_lock_control');
  });

  describe('a statement that waited for a table until its twin was sent', () => {
    /** Sends a statement that has to wait for the table, runs `meanwhile`, and lets it go on when it is given up. */
    async function late(table: string, sent: Query, meanwhile: () => Promise<unknown>): Promise<void> {
      const waiting = new pg.Client({ connectionString: database.url });
      await waiting.connect();
      try {
        await locked.begin(table);
        const ended = waiting.query(sent.text, sent.values);
        await until(async () => {
          const rows = await database.query(
            `SELECT FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock' AND now() - query_start > '900 ms'`,
          );
          return rows.length > 0;
        });
        await meanwhile();
        await locked.end(table);
        await ended;
      } finally {
        await waiting.end();
      }
    }

    test('wins nothing', async () => {
      const full = claimStatement('task_lock', 'call', 'finished', 'task_lock_control');
      await late('task_lock_control', queryOf(full, [aCall()]), async () => {
        const claim = aCall();
        await answered(() => stores[0]!.claim([claim]));
        await answered(() => stores[0]!.release([aRelease(claim)]));
      });
      const [row] = await database.query('SELECT finished_at IS NULL AS open FROM task_lock');
      expect(row).toEqual({ open: false });
    });

    test('releases and records nothing', async () => {
      const claim = aCall();
      const [won] = await stores[0]!.claim([claim]);
      const fence = won?.status === 'won' ? won.fence : 0n;
      const full = releaseStatement('task_lock', 'task_lock_run');
      await late('task_lock_run', queryOf(full, [endOf(claim, fence)]), async () => {
        await answered(() => stores[0]!.release([aRelease(claim)]));
        await stores[1]!.claim([aCall()]);
      });
      expect(await database.query('SELECT FROM task_lock_run')).toEqual([]);
      const [row] = await database.query('SELECT finished_at IS NULL AS open FROM task_lock');
      expect(row).toEqual({ open: true });
    });

    test('does not call a run lost that was released meanwhile', async () => {
      const claim = aCall();
      const [won] = await stores[0]!.claim([claim]);
      const fence = won?.status === 'won' ? won.fence : 0n;
      const full = unreleasedStatement('task_lock', 'task_lock_run');
      await late('task_lock_run', queryOf(full, [endOf(claim, fence)]), async () => {
        await answered(() => stores[0]!.release([aRelease(claim)]));
        await stores[1]!.claim([aCall()]);
      });
      expect(await database.query('SELECT FROM task_lock_run')).toEqual([]);
    });

    test('does not end a run whose twin was not sent yet', async () => {
      const claim = aCall();
      await stores[0]!.claim([claim]);
      const full = releaseStatement('task_lock', 'task_lock_run');
      await late('task_lock_run', queryOf(full, [endOf(claim, 1n)]), async () => {});
      expect(await stores[0]!.release([aRelease(claim)])).toMatchObject([{ status: 'released' }]);
    });
  });

  test('a thousand runs that end at once are recorded by one statement', async () => {
    const claims = Array.from({ length: 1_000 }, (_, nth) => aCall({ name: `task ${nth}` }));
    const answers = await stores[0]!.claim(claims);
    const ends = answers.map((answer, nth) =>
      endOf(claims[nth]!, answer.status === 'won' ? answer.fence : 0n),
    );
    const released = await stores[0]!.release(ends);
    expect(new Set(released.map(({ status }) => status))).toEqual(new Set(['released']));
    const [runs] = await database.query('SELECT count(*)::int AS count FROM task_lock_run');
    expect(runs).toEqual({ count: 1_000 });
  });

  test('a long error is cut in the history', async () => {
    const claim = aCall();
    const [won] = await stores[0]!.claim([claim]);
    const fence = won?.status === 'won' ? won.fence : 0n;
    await stores[0]!.release([endOf(claim, fence, { error: 'x'.repeat(3_000) })]);
    const [run] = await database.query('SELECT length(error) AS length FROM task_lock_run');
    expect(run).toEqual({ length: 2_000 });
  });

  describe('at the start', () => {
    const suffixes = ['control', 'cancel', 'run'];

    test('tables that are missing are one problem that names the migration, and locks work without another word', async () => {
      for (const suffix of suffixes)
        await query(`ALTER TABLE task_lock_${suffix} RENAME TO mislaid_${suffix}`);
      try {
        await stores[0]!.prepare(['task']);
        expect(await stores[0]!.operator.prepare()).toMatch(
          /task_lock_control.*add `migrations: .*task_lock_cancel.*task_lock_run/,
        );
        await locksGoOn();
        expect(logs[0]!.lines.error).toEqual([]);
      } finally {
        for (const suffix of suffixes)
          await query(`ALTER TABLE mislaid_${suffix} RENAME TO task_lock_${suffix}`);
      }
      // Until the next start.
      await stores[0]!.operator.pause('task', undefined, { by: 'ana' });
      expect(await stores[0]!.claim([aCall()])).toMatchObject([{ status: 'won' }]);
    });

    test('privileges that are missing are one problem with the GRANT', async () => {
      await query(`REVOKE SELECT ON task_lock_control FROM ${role}`);
      await query(`REVOKE INSERT ON task_lock_run FROM ${role}`);
      try {
        await stores[0]!.prepare(['task']);
        expect(await stores[0]!.operator.prepare()).toMatch(
          /GRANT SELECT.* ON public\.task_lock_control.*GRANT INSERT.* ON public\.task_lock_run/,
        );
        await locksGoOn();
        expect(logs[0]!.lines.error).toEqual([]);
      } finally {
        await query(`GRANT SELECT, INSERT ON task_lock_control, task_lock_run TO ${role}`);
      }
    });
  });
});
