// Tries the packed tarball in other people's applications: `npm run test:package [-- --only <consumer>]`.
import { rmSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';
import { CONSUMERS, STARTERS } from './consumers.mjs';
import { tryStarter } from './starter.mjs';
import { run, stopAll } from './support/processes.mjs';
import { Report } from './support/report.mjs';
import { weigh } from './support/weight.mjs';

const CONSUMERS_FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { values: options } = parseArgs({ options: { only: { type: 'string' } } });
const ALL = [...Object.keys(CONSUMERS), ...Object.keys(STARTERS)];
if (options.only !== undefined && !ALL.includes(options.only)) {
  console.error(`--only ${options.only}: there is no such consumer, but ${ALL.join(', ')}`);
  process.exit(2);
}

const report = new Report();
const workspace = await mkdtemp(join(tmpdir(), 'task-lock-consumers-'));
// Also where an error that nobody caught ends the process.
process.on('exit', () => {
  stopAll();
  rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopAll);

/** @type {import('../../examples/support/local-postgres.mjs').LocalPostgres | undefined} */
let postgres;
try {
  const tarball = await packed();
  if (tarball !== undefined) {
    postgres = await startLocalPostgres({ fsync: 'off' });
    const server = postgres.url;
    for (const name of options.only === undefined ? ALL : [options.only]) {
      const cli = STARTERS[name];
      if (cli === undefined) {
        await tryConsumer(name, tarball, server);
        continue;
      }
      await tryStarter(
        join(workspace, name),
        cli,
        tarball,
        (work) => withDatabase(server, work),
        (title, result) => report.add(name, title, result),
      );
    }
  }
} catch (error) {
  report.failed++;
  console.error(error instanceof Error ? error.message : error);
} finally {
  await postgres?.stop();
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exitCode = report.failed === 0 ? 0 : 1;

/**
 * Builds and packs the package, and checks what came out.
 *
 * @returns {Promise<string | undefined>} the tarball
 */
async function packed() {
  const about = 'the package';
  const built = await run('npm', ['run', 'build'], { cwd: ROOT });
  report.add(about, 'builds', built);
  // Without `prepack`, which builds once more.
  const pack = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', workspace], {
    cwd: ROOT,
  });
  report.add(about, 'packs', pack);
  const [file] = (await readdir(workspace)).filter((name) => name.endsWith('.tgz'));
  if (!built.succeeded || file === undefined) return undefined;
  const tarball = join(workspace, file);
  const weight = weigh(/\[.*\]/s.exec(pack.output)?.[0] ?? '');
  report.add(about, weight.title, weight);
  const tool = (/** @type {string} */ name) => join(ROOT, 'node_modules', '.bin', name);
  report.add(about, 'publint', await run(tool('publint'), ['--strict', tarball], { cwd: ROOT }));
  // The full profile: with `--profile esm-only` it would not see what breaks for CommonJS.
  report.add(about, 'attw', await run(tool('attw'), ['--format', 'ascii', tarball], { cwd: ROOT }));
  return tarball;
}

/**
 * @param {string} name
 * @param {string} tarball
 * @param {string} server
 */
async function tryConsumer(name, tarball, server) {
  const folder = join(workspace, name);
  await cp(join(CONSUMERS_FOLDER, 'shared'), folder, { recursive: true });
  await cp(join(CONSUMERS_FOLDER, name), folder, { recursive: true });
  // Twice, the second time under another name: two-copies.test.mjs loads both.
  const packages = [tarball, `second-task-lock@file:${tarball}`];
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];
  const installed = await run('npm', ['install', ...flags, ...packages], { cwd: folder });
  report.add(name, 'installs the tarball', installed);
  if (!installed.succeeded) return;
  for (const { title, command, env, database } of CONSUMERS[name] ?? []) {
    const [program, ...args] = command;
    const file = program === 'node' ? process.execPath : join(folder, 'node_modules', '.bin', program);
    const inFolder = (/** @type {Record<string, string>} */ more) =>
      run(file, args, { cwd: folder, env: { ...env, ...more } });
    report.add(
      name,
      title,
      database ? await withDatabase(server, (url) => inFolder({ DATABASE_URL: url })) : await inFolder({}),
    );
  }
}

/**
 * Calls `work` with an empty database.
 *
 * @template T
 * @param {string} server
 * @param {(url: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withDatabase(server, work) {
  const name = `task_lock_consumer_${process.pid}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await once(server, `CREATE DATABASE ${name}`);
  try {
    return await work(url.href);
  } finally {
    await once(server, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/**
 * @param {string} url
 * @param {string} statement
 */
async function once(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
