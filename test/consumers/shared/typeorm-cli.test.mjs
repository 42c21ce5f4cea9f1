// TypeORM's own command line runs, shows and reverts the migrations of the tables.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import pg from 'pg';

const MIGRATION = 'CreateTaskLockTable';

const database = new pg.Client({ connectionString: process.env.DATABASE_URL });
before(async () => {
  await database.connect();
  await database.query('CREATE SCHEMA jobs; CREATE SCHEMA "Locks"');
});
after(() => database.end());

/**
 * @param {string} command
 * @param {string} dataSource
 * @returns {Promise<string>} what the command printed
 */
function typeorm(command, dataSource) {
  const args = ['node_modules/typeorm/cli.js', command, '-d', `dist/data-sources/${dataSource}.js`];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (error) reject(new Error(`typeorm ${args.slice(1).join(' ')} failed:\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}

/** @returns {Promise<string[]>} the tables of locks and of requests that there are */
async function lockTables() {
  const { rows } = await database.query(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
     WHERE column_name IN ('locked_until', 'latest_at') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

test('migration:run makes the tables, and a second run finds nothing to do', async () => {
  assert.match(await typeorm('migration:show', 'plain'), new RegExp(`\\[ \\].*${MIGRATION}`));
  assert.match(await typeorm('migration:run', 'plain'), /has been executed successfully/);
  assert.deepEqual(await lockTables(), ['public.task_lock', 'public.task_lock_request']);
  assert.match(await typeorm('migration:show', 'plain'), new RegExp(`\\[X\\].*${MIGRATION}`));
  assert.match(await typeorm('migration:run', 'plain'), /No migrations are pending/);
});

test('migration:revert drops one after the other, those for operating first', async () => {
  assert.match(await typeorm('migration:revert', 'plain'), /has been reverted successfully/);
  assert.deepEqual(await lockTables(), ['public.task_lock', 'public.task_lock_request']);
  assert.match(await typeorm('migration:revert', 'plain'), /has been reverted successfully/);
  assert.deepEqual(await lockTables(), ['public.task_lock']);
  assert.match(await typeorm('migration:revert', 'plain'), /has been reverted successfully/);
  assert.deepEqual(await lockTables(), []);
  assert.match(await typeorm('migration:show', 'plain'), new RegExp(`\\[ \\].*${MIGRATION}`));
});

/**
 * @param {string} table
 * @returns {string} quoted as it is
 */
function requestTableOf(table) {
  return table.replace(/"?$/, (quote) => `_request${quote}`);
}

for (const [dataSource, table, what] of [
  ['with-schema', 'jobs.task_lock', "the data source's own schema is honoured"],
  [
    'elsewhere',
    '"Locks"."Task locks"',
    'taskLockMigrationsFor({ schema, table }) makes a table of another name',
  ],
  ['glob-esm', 'public.task_lock', 'a glob over the ES modules of node_modules finds each class once'],
  [
    'glob-commonjs',
    'public.task_lock',
    'a glob over the CommonJS files of node_modules finds each class once',
  ],
]) {
  test(what, async () => {
    const printed = await typeorm('migration:run', dataSource);
    assert.equal(printed.match(/has been executed successfully/g)?.length, 3, printed);
    assert.deepEqual(await lockTables(), [table, requestTableOf(table)]);
    for (let migration = 1; migration <= 3; migration++) await typeorm('migration:revert', dataSource);
    assert.deepEqual(await lockTables(), []);
  });
}

test('migration:run makes them again after that', async () => {
  assert.match(await typeorm('migration:run', 'plain'), /has been executed successfully/);
  assert.deepEqual(await lockTables(), ['public.task_lock', 'public.task_lock_request']);
});
