import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { claimStatement } from '../../src/store/postgres/claim.sql.js';
import { PostgresLockStore } from '../../src/store/postgres/postgres-lock-store.js';
import { inOneCommit, releaseStatement } from '../../src/store/postgres/release.sql.js';
import { queryOf } from '../../src/store/postgres/statement.js';
import { aClaim, aRelease } from '../support/claims.js';
import { isolatedAs, ISOLATION_LEVELS } from '../support/isolation-levels.js';
import { blockedStatement } from '../support/blocked-statement.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { queriesDuring } from '../support/observe-queries.js';
import { planOf } from '../support/operator-tables.js';

describe.each(ISOLATION_LEVELS)('in sessions that default to %s', (level) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: PostgresLockStore;
  let other: pg.Client;

  beforeAll(async () => {
    database = await createDatabase({ settings: isolatedAs(level) });
    dataSource = await database.connect({ extra: { max: 1 } });
    store = new PostgresLockStore(() => dataSource, { table: 'task_lock' });
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    await database.query('TRUNCATE task_lock, task_lock_control');
    await store.prepare(['task', 'other']);
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
  });
  afterEach(() => other.end());

  async function lockRow(name: string): Promise<void> {
    await other.query('BEGIN');
    await other.query('SELECT FROM task_lock WHERE name = $1 FOR UPDATE', [name]);
  }

  async function pauseTask(): Promise<void> {
    await database.query(
      `INSERT INTO task_lock_control (name, paused_at, paused_until, paused_by) VALUES ('task', now(), 'infinity', 'anna')`,
    );
  }

  async function physicalRow(name: string): Promise<unknown> {
    const [row] = await database.query('SELECT ctid, xmin, xmax FROM task_lock WHERE name = $1', [name]);
    return row;
  }

  describe('rule 1, atomic and no waiting', () => {
    test('a claim of a row that another transaction has locked is answered at once', async () => {
      await lockRow('task');
      const [answer] = await store.claim([aClaim()]);
      expect(answer?.status).toBe('busy');
    });

    test('a refused claim takes no row lock and makes no new version of the row', async () => {
      await store.claim([aClaim()]);
      const before = await physicalRow('task');
      const [held] = await store.claim([aClaim()]);
      const [direct] = await store.claim([aClaim({ tick: { kind: 'call' }, minHold: 0 })]);
      expect([held?.status, direct?.status]).toEqual(['held', 'held']);
      expect(await physicalRow('task')).toEqual(before);
    });

    test('a claim of a paused task neither, though its row is free, and it is one statement', async () => {
      await pauseTask();
      const before = await physicalRow('task');
      const sent = await queriesDuring(async () =>
        expect(await store.claim([aClaim()])).toMatchObject([{ status: 'paused' }]),
      );
      expect(sent.map(({ name }) => name)).toEqual([
        expect.stringMatching(/^task-lock-claim-scheduled-one-/),
      ]);
      expect(await physicalRow('task')).toEqual(before);
    });

    test('claims that are held, done, early or paused write nothing to the log of the database', async () => {
      const tick = {
        kind: 'scheduled',
        scheduledTime: new Date(Math.floor(Date.now() / 1_000) * 1_000),
      } as const;
      const written = async (overrides: Parameters<typeof aClaim>[0] = {}): Promise<number> => {
        const claim = aClaim({ tick, ...overrides });
        const shape = claim.tick.kind;
        const statement = claimStatement('task_lock', shape, 'finished', 'task_lock_control');
        const { text, values = [] } = queryOf(statement, [claim]);
        // The first to read a row marks it as committed, which checksums write to the log after a checkpoint.
        await database.query('SELECT name FROM task_lock UNION ALL SELECT name FROM task_lock_control');
        return (await planOf(database, text, values)).wal;
      };
      expect(await written()).toBeGreaterThan(0);
      const ahead = new Date(tick.scheduledTime.getTime() + 60_000);
      const refused = [
        await written({ tick: { kind: 'call' }, minHold: 0 }),
        await written({ minHold: 0, tick }),
        await written({ tick: { kind: 'scheduled', scheduledTime: ahead } }),
      ];
      await pauseTask();
      expect([...refused, await written({ name: 'other' })]).toEqual([0, 0, 0, 0]);
    });
  });

  describe('rule 2, the clock', () => {
    test('a claim in a transaction that was opened long ago gets its whole lease', async () => {
      const statement = claimStatement('task_lock', 'scheduled', 'finished');
      await other.query('BEGIN');
      await other.query('SELECT pg_sleep(0.4)');
      await other.query(queryOf(statement, [aClaim({ lease: 300 })]));
      const { rows } = await other.query<{ live: boolean }>(
        `SELECT locked_until > clock_timestamp() AND started_at > now() AS live FROM task_lock WHERE name = 'task'`,
      );
      expect(rows[0]?.live).toBe(true);
      await other.query('ROLLBACK');
    });
  });

  describe('rule 5, answers', () => {
    test('a claim that makes its row at the same moment as another replica finds that one', async () => {
      await other.query('BEGIN');
      await other.query(`INSERT INTO task_lock (name) VALUES ('new')`);
      const claim = store.claim([aClaim({ name: 'new' })]);
      await blockedStatement(database);
      await other.query('COMMIT');
      expect(await claim).toMatchObject([{ status: 'won' }]);
    });

    test('a claim that meets a conflict each time is busy: it has changed nothing', async () => {
      await database.query(`
        CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql
          AS $$ BEGIN RAISE EXCEPTION 'another replica was first' USING ERRCODE = '40001'; END $$;
        CREATE TRIGGER conflicts BEFORE UPDATE ON task_lock FOR EACH ROW EXECUTE FUNCTION conflict()`);
      try {
        expect(await store.claim([aClaim()])).toEqual([{ status: 'busy' }]);
      } finally {
        await database.query('DROP FUNCTION conflict CASCADE');
      }
      expect(await store.claim([aClaim()])).toMatchObject([{ status: 'won' }]);
    });
  });

  describe('recovery', () => {
    test.each([
      { outcome: 'recoverable', recover: true, won: true },
      { outcome: 'recoverable', recover: false, won: false },
      { outcome: 'recovering', recover: true, won: false },
    ])(
      'the statement itself, where the row has changed since it was read: $outcome, recover $recover',
      async ({ outcome, recover, won }) => {
        const claim = aClaim({ recover });
        const tick = claim.tick.kind === 'scheduled' ? claim.tick.scheduledTime.toISOString() : '';
        await database.query(
          `UPDATE task_lock SET finished_at = NULL, last_tick = '${tick}', token = gen_random_uuid(), outcome = '${outcome}'
           WHERE name = 'task'`,
        );
        const statement = claimStatement('task_lock', 'scheduled', 'dead');
        const { rows } = await other.query<{ won: boolean }>(queryOf(statement, [claim]));
        expect(rows).toMatchObject([{ won }]);
      },
    );
  });

  describe('rule 7, instants', () => {
    test('a row that was made by hand can be claimed', async () => {
      await database.query(`INSERT INTO task_lock (name) VALUES ('by hand')`);
      const [answer] = await store.claim([aClaim({ name: 'by hand' })]);
      expect(answer?.status).toBe('won');
    });

    test('a row that is years old can be claimed', async () => {
      await database.query(
        `UPDATE task_lock SET locked_until = '2001-01-01Z', started_at = '2001-01-01Z', finished_at = NULL,
         last_tick = '2001-01-01Z', fence = 7, token = gen_random_uuid(), locked_by = 'gone' WHERE name = 'task'`,
      );
      const [answer] = await store.claim([aClaim()]);
      expect(answer?.status).toBe('won');
    });

    test('the time zone of the session does not move a tick', async () => {
      const far = await database.connect({
        extra: { options: '-c TimeZone=Asia/Kolkata -c DateStyle=German' },
      });
      const tick = new Date(Date.now() - 60_000);
      const elsewhere = new PostgresLockStore(() => far, { table: 'task_lock' });
      const [won] = await elsewhere.claim([aClaim({ tick: { kind: 'scheduled', scheduledTime: tick } })]);
      expect(won).toMatchObject({ status: 'won', scheduledTime: tick });
      const [row] = await database.query(`SELECT last_tick FROM task_lock WHERE name = 'task'`);
      expect(row).toEqual({ last_tick: tick });
    });
  });

  describe('rule 9, a durable claim and a cheap release', () => {
    test('a claim commits synchronously also where the role does not, and a release need not', async () => {
      const claim = aClaim();
      const claimed = claimStatement('task_lock', 'scheduled', 'finished');
      await other.query('SET synchronous_commit = off');
      await other.query('BEGIN');
      await other.query(queryOf(claimed, [claim]));
      expect((await other.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
      await other.query('COMMIT');

      const released = releaseStatement('task_lock');
      await other.query('SET synchronous_commit = on');
      await other.query('BEGIN');
      await other.query(queryOf(released, [aRelease(claim)]));
      expect((await other.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'off' }]);
      await other.query('ROLLBACK');
    });

    test('a release that must be durable commits synchronously, and with it all of its batch', async () => {
      const [durable, cheap] = [aClaim({ name: 'durable' }), aClaim({ name: 'cheap' })];
      const claimed = claimStatement('task_lock', 'scheduled', 'finished');
      const released = releaseStatement('task_lock');
      await store.prepare(['durable', 'cheap']);
      await other.query('SET synchronous_commit = off');
      await other.query('BEGIN');
      await other.query(queryOf(claimed, [durable, cheap]));
      await other.query('COMMIT');
      await other.query('BEGIN');
      const rows = inOneCommit([aRelease(durable, { durable: true }), aRelease(cheap)]);
      await other.query(queryOf(released, rows));
      expect((await other.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
      await other.query('ROLLBACK');
    });

    test('a claim waits for the standby also where the setting is "local"', async () => {
      const claimed = claimStatement('task_lock', 'scheduled', 'finished');
      await other.query('SET synchronous_commit = local');
      await other.query('BEGIN');
      await other.query(queryOf(claimed, [aClaim()]));
      expect((await other.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
      await other.query('ROLLBACK');
    });

    test('a stricter setting than "on" stays as it is', async () => {
      const claimed = claimStatement('task_lock', 'scheduled', 'finished');
      await other.query('SET synchronous_commit = remote_apply');
      await other.query('BEGIN');
      await other.query(queryOf(claimed, [aClaim()]));
      expect((await other.query('SHOW synchronous_commit')).rows).toEqual([
        { synchronous_commit: 'remote_apply' },
      ]);
      await other.query('ROLLBACK');
    });
  });

  describe('rule 10, poolers', () => {
    test('nothing is left in the session but prepared statements: no setting, no advisory lock', async () => {
      const claim = aClaim();
      await store.claim([claim]);
      await store.renew([{ name: 'task', token: claim.token, lease: 1_000, maxHold: 9_000 }]);
      await store.release([aRelease(claim)]);
      const left: unknown = await dataSource.query(
        `SELECT current_setting('synchronous_commit') AS commit,
              (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS advisory`,
      );
      expect(left).toEqual([{ commit: 'on', advisory: 0 }]);
    });
  });

  describe('rule 11, batches', () => {
    test('a locked row does not delay the others of a claim, a renewal or a release', async () => {
      const [first, second] = [aClaim(), aClaim({ name: 'other' })];
      await store.claim([first, second]);
      await lockRow('task');
      const renewals = [first, second].map(({ name, token }) => ({
        name,
        token,
        lease: 9_000,
        maxHold: 99_000,
      }));
      expect(await store.renew(renewals)).toMatchObject([{ status: 'busy' }, { status: 'renewed' }]);
      expect(await store.release([aRelease(first), aRelease(second)])).toMatchObject([
        { status: 'busy' },
        { status: 'released' },
      ]);
      await other.query('ROLLBACK');
      expect(await store.release([aRelease(first)])).toMatchObject([{ status: 'released' }]);
      await lockRow('task');
      const again = [first, second].map(({ name }) => aClaim({ name, tick: { kind: 'call' }, minHold: 0 }));
      expect((await store.claim(again)).map(({ status }) => status)).toEqual(['busy', 'won']);
    });

    test('batches in opposite orders do not deadlock', async () => {
      const names = Array.from({ length: 40 }, (_, index) => `batch-${index}`);
      const wide = await database.connect({ extra: { max: 8 } });
      const many = new PostgresLockStore(() => wide, { table: 'task_lock' });
      await many.prepare(names);
      const rounds = Array.from({ length: 40 }, async (_, round) => {
        const ordered = round % 2 === 0 ? names : [...names].reverse();
        const claims = ordered.map((name) => aClaim({ name, tick: { kind: 'call' }, minHold: 0 }));
        const answers = await many.claim(claims);
        const won = claims.filter((_, index) => answers[index]?.status === 'won');
        await many.release(won.map((claim) => aRelease(claim)));
        return won.length;
      });
      const wins = await Promise.all(rounds);
      expect(wins.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(names.length);
      const [left] = await database.query(
        `SELECT count(*)::int AS running FROM task_lock WHERE finished_at IS NULL`,
      );
      expect(left).toEqual({ running: 0 });
    });
  });

  test("a row that is held until 'infinity' is held, and has no end that a date could say", async () => {
    await store.claim([aClaim()]);
    await database.query("UPDATE task_lock SET locked_until = 'infinity'");
    const [answer] = await store.claim([aClaim({ tick: { kind: 'call' } })]);
    expect(answer).toMatchObject({ status: 'held', inProgress: true });
    expect(answer).toHaveProperty('heldUntil', undefined);
  });

  describe('the row', () => {
    test('every claim and release is a heap-only update', async () => {
      // A database of its own: the statistics of other sessions arrive up to a second late.
      const fresh = await createDatabase({ settings: isolatedAs(level) });
      try {
        await fresh.query('ALTER TABLE task_lock SET (autovacuum_enabled = off)');
        const own = await fresh.connect({ extra: { max: 1 } });
        const alone = new PostgresLockStore(() => own, { table: 'task_lock' });
        await alone.prepare(['task']);
        for (let round = 0; round < 50; round++) {
          const claim = aClaim({ tick: { kind: 'call' }, minHold: 0 });
          await alone.claim([claim]);
          await alone.release([aRelease(claim)]);
        }
        await own.query('SELECT pg_stat_force_next_flush()');
        const [stats] = await fresh.query<{ updates: number; hot: number }>(
          `SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = 'task_lock'`,
        );
        expect(stats!.updates).toBe(100);
        // A snapshot of another session may keep one page from being pruned; an index on a changed column leaves none.
        expect(stats!.hot).toBeGreaterThanOrEqual(95);
      } finally {
        await fresh.drop();
      }
    });

    test('a database error that nobody expected surfaces as it is', async () => {
      const lost = new PostgresLockStore(() => dataSource, { table: 'no_such_table' });
      await expect(lost.claim([aClaim()])).rejects.toThrow(/relation "no_such_table" does not exist/);
    });
  });
});
