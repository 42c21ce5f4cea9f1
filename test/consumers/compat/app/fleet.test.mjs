// Replicas in processes of their own, on the tables that TypeORM's command line made.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { Fleet } from './fleet.mjs';

const SECOND = 1_000;
/** The tasks that tick each second. */
const TASKS = ['each second', 'plain'];

const fleet = new Fleet();
const database = new pg.Client({ connectionString: process.env.DATABASE_URL });

before(async () => {
  await database.connect();
  await database.query('CREATE TABLE answer (id int, by text); CREATE TABLE effect (id int)');
  await fleet.start('one', 'two', 'three');
});
after(async () => {
  fleet.killAll();
  await database.end();
});

/** @param {number[]} ids of the rows that fenced transactions wrote */
async function expectCommitted(...ids) {
  const { rows } = await database.query('SELECT id FROM effect ORDER BY id');
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids,
  );
}

test('three replicas run each tick once, and miss none', async () => {
  const from = Math.ceil((Date.now() + SECOND) / SECOND) * SECOND;
  const expected = Array.from({ length: 5 }, (_, nth) => from + nth * SECOND);
  const to = from + expected.length * SECOND;
  for (const task of TASKS) {
    await fleet.told((event) => event.task === task && event.tick >= to);
    const ran = fleet.ticksOf(task).filter((tick) => tick >= from && tick < to);
    assert.deepEqual(ran, expected, `the ticks of ${task}`);
  }
});

test('a request that one replica publishes runs on another, and its answer comes back', async () => {
  await fleet.order('one', 'rest');
  await fleet.order('one', 'ask', 1);
  const { by } = await fleet.told({ replica: 'one', event: 'answer', id: 1 });
  await fleet.order('one', 'work');
  assert.ok(['two', 'three'].includes(by), `it ran on ${by}`);
});

test('a holder that was stopped past its lease cannot commit, and its successor can', async () => {
  await fleet.order('one', 'transact', 1);
  await fleet.told({ event: 'in transaction', id: 1 });
  fleet.signal('one', 'SIGSTOP');
  try {
    await fleet.order('two', 'transact', 2);
    await fleet.told({ event: 'in transaction', id: 2 });
    await fleet.order('two', 'commit');
    assert.equal((await fleet.told({ event: 'end of transaction', id: 2 })).outcome, 'committed');
  } finally {
    fleet.signal('one', 'SIGCONT');
  }
  await fleet.order('one', 'commit');
  assert.equal((await fleet.told({ event: 'end of transaction', id: 1 })).outcome, 'rolled back');
  await expectCommitted(2);
});

test('a holder that lost its lock and has not noticed cannot commit', async () => {
  await fleet.order('three', 'transact', 3);
  await fleet.told({ event: 'in transaction', id: 3 });
  // As a successor's claim leaves the row, before the holder renews its lease.
  const { rowCount } = await database.query(
    `UPDATE task_lock SET token = gen_random_uuid(), fence = fence + 1, locked_by = 'nobody' WHERE name = 'fenced'`,
  );
  await fleet.order('three', 'commit');
  const { outcome } = await fleet.told({ event: 'end of transaction', id: 3 });
  assert.deepEqual([rowCount, outcome], [1, 'rolled back']);
  await expectCommitted(2);
});

test('after a kill -9 the ticks go on elsewhere, and with recover the interrupted one is repeated', async () => {
  const [dying, ...others] = ['two', 'one', 'three'];
  for (const replica of others) await fleet.order(replica, 'rest');
  await fleet.order(dying, 'hang');
  const interrupted = await fleet.told({ event: 'run', task: 'recovered', hangs: true });
  const lost = await fleet.told({ event: 'run', task: 'plain', hangs: true });
  fleet.signal(dying, 'SIGKILL');
  assert.equal((await fleet.told({ replica: dying, event: 'exit' })).how, 'SIGKILL');
  for (const replica of others) await fleet.order(replica, 'work');

  const repeated = await fleet.told({ event: 'run', task: 'recovered', recovering: true });
  assert.equal(repeated.tick, interrupted.tick);
  assert.ok(others.includes(repeated.replica), `repeated on ${repeated.replica}`);
  const ran = fleet.ticksOf('recovered').filter((tick) => tick === interrupted.tick);
  assert.equal(ran.length, 2, 'the interrupted tick ran a second time, and no third');

  await fleet.told(
    ({ replica, task, tick }) => others.includes(replica) && task === 'plain' && tick > lost.tick,
  );
  for (const task of TASKS) {
    const ticks = fleet.ticksOf(task);
    assert.equal(new Set(ticks).size, ticks.length, `a tick of ${task} ran twice: ${ticks}`);
  }
});

test('SIGTERM ends the replicas', async () => {
  for (const replica of ['one', 'three']) fleet.signal(replica, 'SIGTERM');
  for (const replica of ['one', 'three'])
    assert.equal((await fleet.told({ replica, event: 'exit' })).how, 'SIGTERM');
});
