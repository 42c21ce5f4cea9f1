import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import type { LeaderboardAnswer, LeaderboardCommand } from './app/leaderboard/replica.js';
import type { Rank } from './app/leaderboard/leaderboard.js';

const APP = join(process.cwd(), 'build/replicas/test/processes/app/leaderboard/replica.js');
const TABLE = readFileSync('test/processes/app/leaderboard/leaderboard.sql', 'utf8');

const LISTENERS = `SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND query = 'LISTEN leaderboard' AND state = 'idle'`;

jest.setTimeout(120_000);

let database: TestDatabase;
let fleet: Fleet;
/** Those that are expected to serve what is newest. */
let replicas: Replica[];

beforeAll(async () => {
  database = await createDatabase();
  await database.query(TABLE);
  await database.query('CREATE TABLE score (player text, points integer)');
  // Which tick each stored result is of: the lock's row is that of the run whose transaction this is.
  await database.query(`
    CREATE TABLE computed (tick timestamptz, replica text);
    CREATE FUNCTION note_computed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO computed SELECT last_tick, locked_by FROM task_lock WHERE name = 'leaderboard';
      RETURN NULL;
    END $$;
    CREATE TRIGGER note_computed AFTER INSERT OR UPDATE ON leaderboard
      FOR EACH ROW EXECUTE FUNCTION note_computed()`);
});
afterAll(() => database.drop());

const start = (listens: boolean): Promise<Replica> =>
  fleet.start({ environment: { DATABASE_URL: database.url, LISTENS: String(listens) } });

async function startThree(listens: boolean): Promise<void> {
  fleet = new Fleet(database.url, APP);
  replicas = await Promise.all([1, 2, 3].map(() => start(listens)));
}

/** Sends a command, and resolves with what the replica serves when it has carried it out. */
function ask({ process }: Replica, command: LeaderboardCommand): Promise<Rank[]> {
  return new Promise((resolve, reject) => {
    process.once('message', (answer: LeaderboardAnswer) => {
      if (answer === 'ready') return;
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.ranks);
    });
    process.send(command);
  });
}

const serves = async (replica: Replica, player: string): Promise<boolean> =>
  (await ask(replica, 'show')).some((rank) => rank.player === player);

/** How many replicas have a result in memory that knows the player. */
async function serving(player: string): Promise<number> {
  const answers = await Promise.all(replicas.map((replica) => serves(replica, player)));
  return answers.filter(Boolean).length;
}

const allServe = (player: string): Promise<void> =>
  until(async () => (await serving(player)) === replicas.length);

const score = (player: string) => database.query('INSERT INTO score VALUES ($1, 1)', [player]);

describe('every replica polls the version of what one replica computes', () => {
  beforeAll(() => startThree(false));
  afterAll(() => fleet.end());

  test('each tick is computed once, and all three serve each result', async () => {
    for (const player of ['Ada', 'Grace', 'Mary']) {
      await score(player);
      await allServe(player);
    }
    const ticks = await database.query<{ times: number }>(
      'SELECT count(*)::integer AS times FROM computed GROUP BY tick',
    );
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.every(({ times }) => times === 1)).toBe(true);
  });

  test('the others compute and serve the next results when the one that computes is killed', async () => {
    const killed = await killWhileItComputes();
    replicas = replicas.filter((replica) => replica !== killed);
    await score('Hedy');
    await allServe('Hedy');
    const late = await start(false);
    expect(await serves(late, 'Hedy')).toBe(true);
  });
});

describe('every replica listens for the results, without a poll', () => {
  beforeAll(async () => {
    await startThree(true);
    await until(async () => (await database.query(LISTENERS)).length === 3);
  });
  afterAll(() => fleet.end());

  test('a result is in the memory of all three when it is committed', async () => {
    await score('Joan');
    await ask(replicas[0]!, 'compute');
    await allServe('Joan');
  });

  test('one whose connection breaks listens again, and has what was sent meanwhile', async () => {
    // Committed without a notification, as if that had come while one replica did not listen.
    await database.query(
      `INSERT INTO leaderboard VALUES (1, 1, $1) ON CONFLICT (id)
       DO UPDATE SET version = leaderboard.version + 1, ranks = excluded.ranks`,
      [JSON.stringify([{ player: 'Radia', points: 1 }])],
    );
    await database.query(`SELECT pg_terminate_backend(pid) FROM (${LISTENERS} LIMIT 1) AS listener`);
    await until(async () => (await serving('Radia')) > 0);
    expect(await serving('Radia')).toBe(1);
    await score('Barbara');
    await ask(replicas[0]!, 'compute');
    await allServe('Barbara');
  });
});

/** Kills the replica whose run waits for the scores, which are locked until it is gone. */
async function killWhileItComputes(): Promise<Replica> {
  const scores = (await database.connect()).createQueryRunner();
  await scores.startTransaction();
  await scores.query('LOCK TABLE score IN ACCESS EXCLUSIVE MODE');
  let killed: Replica | undefined;
  await until(async () => {
    const [waiting] = await database.query<{ locked_by: string }>(
      `SELECT locked_by FROM task_lock WHERE finished_at IS NULL
       AND EXISTS (SELECT FROM pg_locks WHERE relation = 'score'::regclass AND NOT granted)`,
    );
    killed = replicas.find(({ name }) => name === waiting?.locked_by);
    return killed !== undefined;
  });
  await killed!.kill();
  await scores.commitTransaction();
  await scores.release();
  return killed!;
}
