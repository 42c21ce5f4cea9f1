// Sets the lock up in a project that the Nest CLI makes, as the guide says, word for word.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { FLAGS, install } from './support/application.mjs';
import { run } from './support/processes.mjs';
import { commandsWith, fileOfGuide } from './support/guide.mjs';

/** What the set-up does not need of a starter, and takes long to install: its linters and test tools. */
const UNUSED =
  /eslint|oxlint|prettier|jest|supertest|coverage|^@nestjs\/mau$|^ts-(node|loader)$|tsconfig-paths/;

/** @typedef {import('./support/processes.mjs').Result} Result */

/**
 * @param {string} folder an empty one
 * @param {string} cli the package of the Nest CLI, with its version
 * @param {string} tarball
 * @param {<T>(work: (url: string) => Promise<T>) => Promise<T>} withDatabase
 * @param {(title: string, result: Result) => void} report
 */
export async function tryStarter(folder, cli, tarball, withDatabase, report) {
  /** @type {(title: string, work: () => Promise<Result>) => Promise<boolean>} */
  const step = async (title, work) => {
    const result = await work().catch((error) => ({ succeeded: false, output: String(error) }));
    report(title, result);
    return result.succeeded;
  };
  const app = join(folder, 'app');
  if (!(await step('the Nest CLI makes a project', () => made(folder, app, cli)))) return;
  await withDatabase(async (url) => {
    const env = { DATABASE_URL: url };
    const shell = (/** @type {string} */ command) => run('sh', ['-c', command], { cwd: app, env });
    for (const command of commandsWith('npm install nestjs-task-lock ')) {
      const packed = command.replace(' nestjs-task-lock', ` ${FLAGS.join(' ')} ${tarball}`);
      if (!(await step(command, () => shell(packed)))) return;
    }
    await writeFiles(join(app, 'src'));
    for (const command of commandsWith('migration:run'))
      if (!(await step(command, () => shell(command)))) return;
    await step('node dist/main runs a tick under its lock, and ends at SIGTERM', () => runsOneTick(app, url));
  });
}

/**
 * Makes a project with a CLI that is installed beside it, which the project then takes over.
 *
 * @param {string} folder
 * @param {string} app
 * @param {string} cli
 * @returns {Promise<Result>}
 */
async function made(folder, app, cli) {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  const installed = await install(folder, [cli]);
  if (!installed.succeeded) return installed;
  const args = ['new', 'app', '--skip-git', '--skip-install', '--package-manager', 'npm'];
  const result = await run(join(folder, 'node_modules', '.bin', 'nest'), args, { cwd: folder });
  if (!result.succeeded) return result;
  await rename(join(folder, 'node_modules'), join(app, 'node_modules'));
  const manifest = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
  for (const name of Object.keys(manifest.devDependencies)) {
    if (UNUSED.test(name)) delete manifest.devDependencies[name];
  }
  await writeFile(join(app, 'package.json'), JSON.stringify(manifest, null, 2));
  return result;
}

/**
 * The steps of the guide, in the files of the project. Its job ticks each second.
 *
 * @param {string} src
 */
async function writeFiles(src) {
  const main = await readFile(join(src, 'main.ts'), 'utf8');
  const [, ending] = /from '\.\/app\.module(.*)'/.exec(main) ?? [];
  const jobs = fileOfGuide('jobs.ts').replace('EVERY_10_SECONDS', 'EVERY_SECOND');
  const module = fileOfGuide('app.module.ts', 'module');
  const [hooks] = /app\.enableShutdownHooks\(\);/.exec(fileOfGuide('main.ts')) ?? [];
  await writeFile(join(src, 'jobs.ts'), jobs);
  await writeFile(join(src, 'app.module.ts'), `import { Jobs } from './jobs${ending}';\n${module}`);
  await writeFile(join(src, 'data-source.ts'), fileOfGuide('data-source.ts'));
  await writeFile(join(src, 'main.ts'), main.replace('(AppModule);\n', `(AppModule);\n  ${hooks}\n`));
}

/**
 * @param {string} app
 * @param {string} url
 * @returns {Promise<Result>}
 */
async function runsOneTick(app, url) {
  const child = spawn(process.execPath, ['dist/main'], {
    cwd: app,
    env: { ...process.env, DATABASE_URL: url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  try {
    const ran = await rowAfterARun(database, child);
    child.kill('SIGTERM');
    const end = await Promise.race([ended, delay(10_000, 'nothing within 10 s')]);
    output += `\nclean-up: ${JSON.stringify(ran)}; SIGTERM ended it with ${end}`;
    return { succeeded: ran?.outcome === 'succeeded' && end === 'SIGTERM', output };
  } finally {
    child.kill('SIGKILL');
    await database.end();
  }
}

/**
 * @param {pg.Client} database
 * @param {import('node:child_process').ChildProcess} child
 */
async function rowAfterARun(database, child) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const { rows } = await database.query(
      "SELECT outcome, last_tick FROM task_lock WHERE name = 'clean-up' AND finished_at IS NOT NULL AND outcome IS NOT NULL",
    );
    if (rows.length > 0) return rows[0];
    await delay(50);
  }
  return undefined;
}
