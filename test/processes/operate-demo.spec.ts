import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Page, TaskState } from '../../src/operate/operator-types.js';
import { runAgainst } from '../support/cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

jest.setTimeout(300_000);

/** Its server is the one that the demo starts its shop on. */
let database: TestDatabase;

beforeAll(async () => {
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'examples/tsconfig.json', '--noCheck'],
    {
      stdio: 'inherit',
    },
  );
  database = await createDatabase();
});
afterAll(() => database.drop());

test('npm run demo:operate shows a task in each state, and takes its database away when it is interrupted', async () => {
  const demo = spawn(process.execPath, ['build/examples/operate/demo.js'], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(demo, 'exit');
  let printed = '';
  demo.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  while (!printed.includes('Ready')) await Promise.race([once(demo.stdout, 'data'), exit.then(failed)]);
  const url = /DATABASE_URL=(\S+)/.exec(printed)?.[1] ?? '';

  const { out } = await runAgainst(url, 'list', '-o', 'json');
  const { items } = JSON.parse(out) as Page<TaskState>;
  expect(Object.fromEntries(items.map(({ name, state }) => [name, state]))).toMatchObject({
    'nightly-report': 'overdue',
    'export-orders': 'died',
    'import-prices': 'running',
    'reindex-search': 'paused',
    'send-invoice': 'undeclared',
    'send-invoices': 'idle',
  });
  expect(items.find(({ name }) => name === 'charge-cards')?.failuresInARow).toBeGreaterThan(2);
  expect(await runAgainst(url, 'forget', 'send-invoice')).toMatchObject({ code: 0 });

  demo.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
  const left = await database.query('SELECT datname FROM pg_database WHERE datname = $1', [
    new URL(url).pathname.slice(1),
  ]);
  expect(left).toEqual([]);

  function failed(): never {
    throw new Error(`the demo ended by itself:\n${printed}`);
  }
});
