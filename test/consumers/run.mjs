// Tries the packed tarball in other people's applications: `npm run test:package [-- --only <consumer>]`.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';
import { CONSUMERS, STARTERS } from './consumers.mjs';
import { tryStarter } from './starter.mjs';
import { install, runStep } from './support/application.mjs';
import { withDatabase } from './support/database.mjs';
import { run } from './support/processes.mjs';
import { ROOT, tool, tryTarball } from './support/trial.mjs';
import { weigh } from './support/weight.mjs';

const CONSUMERS_FOLDER = fileURLToPath(new URL('.', import.meta.url));

const { values: options } = parseArgs({ options: { only: { type: 'string' } } });
const ALL = [...Object.keys(CONSUMERS), ...Object.keys(STARTERS)];
if (options.only !== undefined && !ALL.includes(options.only)) {
  console.error(`--only ${options.only}: there is no such consumer, but ${ALL.join(', ')}`);
  process.exit(2);
}

await tryTarball(['npm', 'run', 'build'], async ({ workspace, tarball, packed, report }) => {
  await checkPackage(tarball, packed, report);
  const postgres = await startLocalPostgres({ fsync: 'off' });
  const server = postgres.url;
  try {
    for (const name of options.only === undefined ? ALL : [options.only]) {
      const folder = join(workspace, name);
      const cli = STARTERS[name];
      if (cli === undefined) {
        await tryConsumer(name, folder, tarball, server, report);
        continue;
      }
      await tryStarter(
        folder,
        cli,
        tarball,
        (work) => withDatabase(server, work),
        (title, result) => report.add(name, title, result),
      );
    }
  } finally {
    await postgres.stop();
  }
});

/**
 * @param {string} tarball
 * @param {string} packed what npm said of it
 * @param {import('./support/report.mjs').Report} report
 */
async function checkPackage(tarball, packed, report) {
  const about = 'the package';
  const weight = weigh(/\[.*\]/s.exec(packed)?.[0] ?? '');
  report.add(about, weight.title, weight);
  report.add(about, 'publint', await run(tool('publint'), ['--strict', tarball], { cwd: ROOT }));
  // The full profile: with `--profile esm-only` it would not see what breaks for CommonJS.
  report.add(about, 'attw', await run(tool('attw'), ['--format', 'ascii', tarball], { cwd: ROOT }));
}

/**
 * @param {string} name
 * @param {string} folder
 * @param {string} tarball
 * @param {string} server
 * @param {import('./support/report.mjs').Report} report
 */
async function tryConsumer(name, folder, tarball, server, report) {
  await cp(join(CONSUMERS_FOLDER, 'shared'), folder, { recursive: true });
  await cp(join(CONSUMERS_FOLDER, name), folder, { recursive: true });
  // Twice, the second time under another name: two-copies.test.mjs loads both.
  const installed = await install(folder, [tarball, `second-task-lock@file:${tarball}`]);
  report.add(name, 'installs the tarball', installed);
  if (!installed.succeeded) return;
  for (const step of CONSUMERS[name] ?? []) {
    const result = step.database
      ? await withDatabase(server, (url) => runStep(folder, step, { env: { DATABASE_URL: url } }))
      : await runStep(folder, step);
    report.add(name, step.title, result);
  }
}
