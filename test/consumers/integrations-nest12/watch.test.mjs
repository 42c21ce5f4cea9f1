// `nest start --watch` while a task runs: what becomes of the old process, of its lock, and of the ticks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const folder = new URL('./watched/', import.meta.url);
const generation = new URL('src/generation.ts', folder);
const database = new pg.Client({ connectionString: process.env.DATABASE_URL });

before(async () => {
  await database.connect();
  await database.query('CREATE TABLE may_end ()');
  await database.query(
    'CREATE TABLE journal (id serial, what text, task text, tick timestamptz, generation int, pid int)',
  );
});
after(() => database.end());

/** The first row of a query that has one, and what `nest` printed where it has none for long. */
async function row(query, { output }) {
  const deadline = Date.now() + 180_000;
  for (;;) {
    const { rows } = await database.query(query);
    if (rows.length > 0) return rows[0];
    if (Date.now() > deadline) throw new Error(`waited 180 s in vain for: ${query}\n${output()}`);
    await delay(50);
  }
}

function startsNest(t, ...flags) {
  const bin = new URL('./node_modules/.bin/nest', import.meta.url);
  const args = ['start', '--watch', '--preserveWatchOutput', ...flags];
  // A group of its own: what is left of it after the test is ended as a whole.
  const child = spawn(bin.pathname, args, { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    await ended;
    await writeFile(generation, 'export const generation: number = 1;\n');
    await rm(new URL('dist', folder), { recursive: true, force: true });
    await database.query('TRUNCATE journal, may_end');
    await database.query(
      'UPDATE task_lock SET finished_at = now(), locked_until = now() WHERE finished_at IS NULL',
    );
  });
  return { child, ended, output: () => output };
}

const lives = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const started = (of, task) =>
  `SELECT pid, id FROM journal WHERE what = 'started' AND generation = ${of} AND task = '${task}'`;

/** Ticks that ran more than once, over all processes. */
async function twice() {
  const { rows } = await database.query(
    "SELECT task, tick FROM journal WHERE what = 'started' GROUP BY task, tick HAVING count(*) > 1",
  );
  return rows;
}

test('--no-shell: the new process starts after the run has ended, and no tick runs twice', async (t) => {
  const nest = startsNest(t, '--no-shell');
  const { pid } = await row(started(1, 'slow'), nest);
  await writeFile(generation, 'export const generation: number = 2;\n');
  await until(() => nest.output().includes('The shutdown waits up to 5m for 1 running task'), nest);
  assert.ok(lives(pid));
  assert.equal((await database.query(started(2, 'quick'))).rows.length, 0);
  await database.query('INSERT INTO may_end DEFAULT VALUES');
  const next = await row(started(2, 'slow'), nest);
  const end = await row(
    "SELECT id FROM journal WHERE what = 'ended' AND generation = 1 AND task = 'slow'",
    nest,
  );
  assert.ok(end.id < next.id);
  assert.ok(!lives(pid));
  assert.deepEqual(await twice(), []);
  nest.child.kill('SIGTERM');
  await nest.ended;
  const { rows } = await database.query('SELECT name FROM task_lock WHERE finished_at IS NULL');
  assert.deepEqual(rows, []);
});

test('with a shell: the new process ticks beside the old one, and the run in progress keeps its lock', async (t) => {
  const nest = startsNest(t);
  const { pid } = await row(started(1, 'slow'), nest);
  await writeFile(generation, 'export const generation: number = 2;\n');
  await row(`${started(2, 'quick')} OFFSET 2`, nest);
  assert.ok(lives(pid));
  assert.equal((await database.query(started(2, 'slow'))).rows.length, 0);
  await database.query('INSERT INTO may_end DEFAULT VALUES');
  const next = await row(started(2, 'slow'), nest);
  const end = await row(
    "SELECT id FROM journal WHERE what = 'ended' AND generation = 1 AND task = 'slow'",
    nest,
  );
  assert.ok(end.id < next.id);
  assert.deepEqual(await twice(), []);
});

async function until(condition, { output }) {
  const deadline = Date.now() + 180_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited 180 s in vain:\n${output()}`);
    await delay(20);
  }
}
