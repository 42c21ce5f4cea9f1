import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import type { LeaderEvent } from './app/leader.js';

const APP = join(process.cwd(), 'build/replicas/test/processes/app/leader.js');
const LEASE = 2_000;

jest.setTimeout(120_000);

let database: TestDatabase;
let fleet: Fleet;
let told: { replica: Replica; event: Exclude<LeaderEvent, string> }[];

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE projected (id bigserial PRIMARY KEY, fence bigint, replica text)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  fleet = new Fleet(database.url, APP);
  told = [];
  await database.query('TRUNCATE projected; DELETE FROM task_lock');
  for (let replicas = 0; replicas < 3; replicas++) await start();
  await until(() => elected().length === 1);
});
afterEach(async () => {
  for (const { process: child } of fleet.replicas) child.kill('SIGCONT');
  await fleet.killAll();
  await fleet.end();
});

async function start(): Promise<void> {
  const replica = await fleet.start({ environment: { LEASE_MS: String(LEASE) } });
  replica.process.on('message', (event: LeaderEvent) => {
    if (typeof event !== 'string') told.push({ replica, event });
  });
}

const elected = () => told.filter(({ event }) => event.event === 'elected');
const projects = (replica: Replica): Promise<void> =>
  until(
    async () => (await database.query('SELECT FROM projected WHERE replica = $1', [replica.name])).length > 0,
  );

/** Each row was committed under the newest lock: none of an older leader comes after one of a newer. */
async function expectNoRowOfADeposedLeader(): Promise<void> {
  const late = await database.query(
    `SELECT FROM (SELECT fence, max(fence) OVER (ORDER BY id) AS newest FROM projected) AS row WHERE fence < newest`,
  );
  expect(late).toEqual([]);
}

/** Milliseconds from an instant, as SQL has it, to the start of the present leader, by the database's clock. */
async function startedAfter(instant: string): Promise<number> {
  const [row] = await database.query<{ after: string }>(
    `SELECT extract(epoch FROM started_at - $1::timestamptz) * 1000 AS after FROM task_lock WHERE name = 'projector'`,
    [instant],
  );
  return Number(row!.after);
}

const fenceOf = ({ event }: (typeof told)[number]): bigint =>
  BigInt(event.event === 'elected' ? event.fence : 0);

test('kill -9 of the leader: another one leads once its lease is over, with a greater fence', async () => {
  const [first] = elected();
  await projects(first!.replica);
  await first!.replica.kill();
  const [row] = await database.query<{ until: string }>(
    `SELECT locked_until::text AS until FROM task_lock WHERE name = 'projector'`,
  );
  await until(() => elected().length === 2);
  const next = elected()[1]!;
  const after = await startedAfter(row!.until);
  expect(after).toBeGreaterThanOrEqual(0);
  expect(after).toBeLessThan(LEASE);
  expect(fenceOf(next)).toBeGreaterThan(fenceOf(first!));
  await projects(next.replica);
  await expectNoRowOfADeposedLeader();
});

test('the end of the leader, as by an orchestrator: another one leads long before a lease is over', async () => {
  const [first] = elected();
  await projects(first!.replica);
  await first!.replica.stop();
  expect(
    told.find(({ replica, event }) => replica === first!.replica && event.event === 'deposed'),
  ).toMatchObject({
    event: { reason: 'shutdown' },
  });
  await until(() => elected().length === 2);
  const [run] = await database.query<{ ended: string; outcome: string }>(
    'SELECT finished_at::text AS ended, outcome FROM task_lock_run WHERE fence = $1',
    [String(fenceOf(first!))],
  );
  expect(run!.outcome).toBe('succeeded');
  const after = await startedAfter(run!.ended);
  expect(after).toBeGreaterThanOrEqual(0);
  expect(after).toBeLessThan(LEASE);
  await projects(elected()[1]!.replica);
  await expectNoRowOfADeposedLeader();
});

test('a leader that is stopped for longer than its lease commits nothing when it wakes up', async () => {
  const [first] = elected();
  await projects(first!.replica);
  first!.replica.process.kill('SIGSTOP');
  await until(() => elected().length === 2);
  await projects(elected()[1]!.replica);
  first!.replica.process.kill('SIGCONT');
  await until(() =>
    told.some(({ replica, event }) => replica === first!.replica && event.event === 'deposed'),
  );
  expect(
    told.find(({ replica, event }) => replica === first!.replica && event.event === 'deposed')!.event,
  ).toMatchObject({
    reason: expect.stringMatching(/^(lease|taken)$/),
  });
  await expectNoRowOfADeposedLeader();
});
