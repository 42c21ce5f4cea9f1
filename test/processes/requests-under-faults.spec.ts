import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../examples/support/local-postgres.mjs';
import type { RestartablePostgres } from '../../examples/support/local-postgres.mjs';
import { SeededRandom } from '../chaos/random.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import { Systems } from './systems-driver.js';
import type { Method } from './systems-driver.js';

/** Milliseconds for which things break; `npm run test:chaos:requests` takes ten minutes. */
const FAULTY_TIME = Number(process.env['FAULTY_SECONDS'] ?? 15) * 1_000;
/** Which faults, and when. */
const SEED = Number(process.env['FAULTY_SEED'] ?? randomInt(2 ** 32));

jest.setTimeout(FAULTY_TIME + 300_000);
/** Of each system, by the method that is called; ids are locks of their own. */
const COURSES: readonly (readonly [Method, number])[] = [
  ['debouncedExport', 1],
  ['debouncedExport', 2],
  ['bufferedExport', 3],
  ['bufferedExport', 4],
];

let server: RestartablePostgres;
let database: TestDatabase;
let systems: Systems;

beforeAll(async () => {
  server = await startEmbeddedPostgres();
  database = await createDatabase({ server: server.url });
  await database.query('CREATE TABLE message (id integer, call integer)');
});
afterEach(() => systems.end());
afterAll(async () => {
  await database.drop();
  await server.stop();
});

/** Three replicas of which one dies now and then, and another takes its place. */
class Crew {
  private members: Replica[] = [];
  /** When each was killed, by the machine's clock. */
  readonly killed: Record<string, number> = {};
  private readonly replacing = new Map<Replica, Promise<void>>();

  async start(): Promise<void> {
    this.members = await systems.start();
  }

  any(random: SeededRandom): Replica {
    return random.of(this.members);
  }

  /** Kills a replica and starts another in its place; whoever asks meanwhile waits for the same one. */
  async replace(replica: Replica): Promise<void> {
    let replacing = this.replacing.get(replica);
    if (!replacing) this.replacing.set(replica, (replacing = this.exchange(replica)));
    await replacing;
  }

  private async exchange(replica: Replica): Promise<void> {
    await replica.kill();
    this.killed[replica.name] = performance.timeOrigin + performance.now();
    const place = this.members.indexOf(replica);
    for (;;) {
      try {
        this.members[place] = await systems.startOne();
        return;
      } catch {
        // It could not start while the database was away, as an orchestrator would see it too.
      }
    }
  }
}

/** What the chaos run does to its replicas and its database. */
async function breakThings(crew: Crew, random: SeededRandom, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await delay(random.between(400, 1_200));
    const replica = crew.any(random);
    const faults = [
      () => server.restart('fast'),
      () => server.restart('immediate'),
      () => endSessions(),
      () => crew.replace(replica),
      async () => {
        replica.process.kill('SIGSTOP');
        await delay(random.between(100, 400));
        replica.process.kill('SIGCONT');
      },
    ];
    await random.of(faults)();
  }
}

/** A connection that a restart broke is an error here once. */
async function isAllServed(): Promise<boolean> {
  const rows = await database.query('SELECT FROM task_lock_request').catch(() => undefined);
  return rows?.length === 0;
}

async function endSessions(): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  await client.end();
}

test('no last save is lost, no two exports of a course overlap, and messages are sent after their commit, while a seed breaks things', async () => {
  console.info(`FAULTY_SEED=${SEED}`);
  const random = new SeededRandom(SEED);
  systems = new Systems(database.url);
  const crew = new Crew();
  await crew.start();
  const end = Date.now() + FAULTY_TIME;
  const isOver = (): boolean => Date.now() > end;

  /** Asks replicas until one has answered without an error: a call without an answer promises nothing. */
  const insist = async (ask: (replica: Replica) => number): Promise<number> => {
    for (;;) {
      const replica = crew.any(random);
      // A session that ends in the moment in which it begins ends its process: pg tells it before TypeORM listens.
      if (!replica.process.connected) {
        await crew.replace(replica);
        continue;
      }
      const call = ask(replica);
      const answer = () => systems.of('answer').find((event) => event.call === call);
      await until(() => answer() !== undefined || !replica.process.connected);
      const told = answer();
      if (told && (told.error === undefined || told.error === 'Error: rolled back')) return call;
      await delay(50);
    }
  };
  const lastSaves = new Map<number, number>();
  const save = async ([method, course]: (typeof COURSES)[number]): Promise<void> => {
    while (!isOver()) {
      lastSaves.set(
        course,
        await insist((replica) => systems.call(replica, method, course, random.between(0, 300))),
      );
      await delay(random.between(0, 400));
    }
  };
  const committed = new Set<number>();
  const rolledBack = new Set<number>();
  const write = async (): Promise<void> => {
    for (let message = 100; !isOver(); message++) {
      const isKept = random.between(0, 3) > 1;
      const end = isKept ? 'commit' : 'rollback';
      await insist((replica) => systems.transaction(replica, { messages: [message], end, waits: false }));
      (isKept ? committed : rolledBack).add(message);
    }
  };
  await Promise.all([breakThings(crew, random, isOver), write(), ...COURSES.map(save)]);

  await until(isAllServed);

  systems.expectNoOverlap(crew.killed);
  for (const [course, last] of lastSaves) {
    const runs = systems.of('start').filter(({ id }) => id === course);
    expect({ course, ran: runs.some(({ call }) => call === last) }).toEqual({ course, ran: true });
  }
  const sent = systems.of('sent');
  expect(sent.filter(({ id }) => rolledBack.has(id))).toEqual([]);
  expect(sent.every(({ found }) => found)).toBe(true);
  const delivered = new Set(sent.map(({ id }) => id));
  expect([...committed].filter((message) => !delivered.has(message))).toEqual([]);
  expect(committed.size).toBeGreaterThan(0);
  console.info(
    `${lastSaves.size} courses, ${systems.of('start').length} exports, ${committed.size} messages committed, ` +
      `${rolledBack.size} rolled back, ${sent.length} sent, ${Object.keys(crew.killed).length} replicas killed`,
  );
});
