// Tries the packed tarball on the supported versions: `npm run test:compat [-- --list] [-- --only <cell>]...`.
import { parseArgs } from 'node:util';
import { CELLS, nameOf } from './compat/cells.mjs';
import { Installations } from './compat/installations.mjs';
import { writeTable } from './compat/table.mjs';
import { COMPAT } from './consumers.mjs';
import { runStep } from './support/application.mjs';
import { withDatabase } from './support/database.mjs';
import { tryTarball } from './support/trial.mjs';

const { values: options } = parseArgs({
  options: { list: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const names = CELLS.map(nameOf);
const unknown = options.only?.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: there is no such cell, but\n${names.join('\n')}`);
  process.exit(2);
}
if (options.list) {
  console.log(names.join('\n'));
  process.exit();
}

const whole = options.only === undefined;
const started = Date.now();
// A part of the matrix takes the package as it is built already, if that is up to date.
const build = whole ? ['npm', 'run', 'build'] : ['node', 'bench/build.mjs', 'dist'];
await tryTarball(build, async ({ workspace, tarball, report }) => {
  const installations = new Installations(workspace, tarball, report);
  const wanted = CELLS.filter((cell) => whole || options.only?.includes(nameOf(cell)));
  try {
    const rows = await inTurns(wanted, (cell) => tryCell(cell, installations, report));
    if (whole) await writeTable(rows, Math.ceil((Date.now() - started) / 60_000));
  } finally {
    await installations.stop();
  }
});

/**
 * Does the work for each item, and for two at a time: replicas wait for their ticks most of the time. No more is begun
 * once one has thrown.
 *
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<Result>} work
 * @returns {Promise<Result[]>}
 */
async function inTurns(items, work) {
  /** @type {Result[]} */
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index]);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled([worker(), worker()]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}

/**
 * @param {import('./compat/cells.mjs').Cell} cell
 * @param {Installations} installations
 * @param {import('./support/report.mjs').Report} report
 * @returns {Promise<import('./compat/table.mjs').Row>}
 */
async function tryCell(cell, installations, report) {
  const began = Date.now();
  const { folder, node, server, versions } = await installations.of(cell);
  let passed = true;
  // One database for all of them: the replicas run on the tables that TypeORM's command line made.
  await withDatabase(server, async (url) => {
    for (const step of COMPAT) {
      const result = await runStep(folder, step, { node, env: { DATABASE_URL: url } });
      passed = report.add(nameOf(cell), step.title, result) && passed;
    }
  });
  console.log(`       ${nameOf(cell)}: ${Math.round((Date.now() - began) / 1000)} s`);
  return { cell, versions, passed };
}
