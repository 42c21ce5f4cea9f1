import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import type { Page, TaskState } from '../../src/operate/operator-types.js';
import { runAgainst } from '../support/cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { until } from '../support/until.js';

jest.setTimeout(300_000);

/** The demos make their own schema or database on its server. */
let database: TestDatabase;
/** Ends with its test, also where that has failed. */
let running: ChildProcess | undefined;

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
afterEach(() => void running?.kill('SIGTERM'));
afterAll(() => database.drop());

test('npm run demo:operate shows a task in each state, and takes its database away when it is interrupted', async () => {
  const { demo, exit, said } = startDemo('operate/demo.js');
  const url = await said(/DATABASE_URL=(\S+)[^]*Ctrl-C/);

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
});

const pageAt = /The page is at (\S+)/;

const schemas = (): Promise<unknown[]> =>
  database.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'task_lock_demo_%'");

test('npm run demo -- --dashboard serves a page of its tasks, and takes all away when it is interrupted', async () => {
  const { demo, exit, said } = startDemo('replicas/demo.js', '--dashboard', '--replicas', '2');
  const page = await said(pageAt);
  expect(page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/task-lock$/);
  await until(async () => (await (await fetch(page)).text()).includes('quick'));
  expect(await schemas()).toHaveLength(1);

  demo.kill('SIGINT');
  expect(await exit).toEqual([130, null]);
  expect(await schemas()).toEqual([]);
  await expect(fetch(page)).rejects.toThrow();
});

test('npm run demo -- --dashboard --seconds ends by itself', async () => {
  const { exit, said } = startDemo('replicas/demo.js', '--dashboard', '--replicas', '2', '--seconds', '1');
  await said(pageAt);
  expect(await exit).toEqual([0, null]);
  expect(await schemas()).toEqual([]);
});

/** Runs a demo on the server of the suite. `said` resolves to what a pattern captures of its output. */
function startDemo(program: string, ...args: string[]) {
  const demo = spawn(process.execPath, [`build/examples/${program}`, ...args], {
    env: { ...process.env, DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = demo;
  const exit = once(demo, 'exit');
  let printed = '';
  demo.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const failed = (): never => {
    throw new Error(`the demo ended by itself:\n${printed}`);
  };
  const said = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(printed);
      if (found) return found[1] ?? '';
      await Promise.race([once(demo.stdout, 'data'), exit.then(failed)]);
    }
  };
  return { demo, exit, said };
}
