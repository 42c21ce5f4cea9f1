// The package's own command line, as its bin is installed: it needs nothing but pg and typeorm of the application.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';

/**
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ code: number, out: string, err: string }>}
 */
function taskLock(args, env = {}) {
  return new Promise((resolve) => {
    execFile('npx', ['nestjs-task-lock', ...args], { env: { ...process.env, ...env } }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

test('list names the migration that is missing, and migrate runs it', async () => {
  const missing = await taskLock(['list']);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /CreateTaskLockTable\d+ has not run.*: run `npx nestjs-task-lock migrate`/);
  const migrated = await taskLock(['migrate']);
  assert.deepEqual([migrated.code, migrated.err], [0, '']);
  assert.deepEqual(await taskLock(['list']), { code: 0, out: 'no task\n', err: '' });
});

test('its answers are JSON with -o json', async () => {
  const { code, out } = await taskLock(['-o', 'json', 'list']);
  assert.equal(code, 0);
  const { items, total, at } = JSON.parse(out);
  assert.deepEqual([items, total], [[], 0]);
  assert.equal(new Date(at).toISOString(), at);
});

test('the doctor finds nothing wrong', async () => {
  const { code, out, err } = await taskLock(['doctor']);
  assert.deepEqual([code, err], [0, ''], out);
  assert.match(out, /^fine {5}tables: all migrations have run$/m);
});

test('a wrong use, and a database that is down, have exit codes of their own', async () => {
  assert.equal((await taskLock(['lst'])).code, 2);
  const down = await taskLock(['list'], { DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/app' });
  assert.equal(down.code, 1);
  assert.match(down.err, /^the database 127\.0\.0\.1:1\/app cannot be reached: /);
  assert.doesNotMatch(down.err, /hunter2/);
});
