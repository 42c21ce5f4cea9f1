// `npm run test:mutants`: breaks one step of the code at a time, and names the test that notices.
//
//   npm run test:mutants                     all mutants
//   npm run test:mutants -- "6 token"        those with this text in their file or rule
//   npm run test:mutants -- --changed        those of the source files that a change touches, see changed.mjs
//   npm run test:mutants -- --most 100       every second or third one, say, so that no more than so many are run
//   npm run test:mutants -- --workers 4      as many at a time; 2 unless given
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';
import { baseOfChange, touchedSince } from './changed.mjs';
import { problemOf, readMutants, suitesOf } from './mutants.mjs';

/** Milliseconds without a test that ends, after which a mutant counts as an endless loop. */
const SILENCE = 60_000;
/** Milliseconds that one test has. */
const TEST_TIMEOUT = 10_000;

const { values, positionals } = parseArgs({
  options: {
    changed: { type: 'boolean' },
    most: { type: 'string', default: 'Infinity' },
    workers: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});
const all = readMutants();
const asked = ofChange(all.filter(({ id }) => positionals.every((text) => id.includes(text))));
const chosen = spread(asked, Number(values.most));
if (chosen.length < asked.length)
  console.log(
    `\nThis is a large change: of ${asked.length} mutants every ${(asked.length / chosen.length).toFixed(1)}th is run. \`npm run test:mutants\` runs all.`,
  );
console.log(`${chosen.length} mutants are run, ${all.length - chosen.length} are not.\n`);

let failed = 0;
if (chosen.length > 0) {
  const postgres = await startLocalPostgres({
    fsync: 'off',
    shared_buffers: '64MB',
    max_prepared_transactions: '5',
  });
  try {
    const waiting = [...chosen];
    const workers = Array.from({ length: Number(values.workers) }, async () => {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) await report(mutant, postgres.url);
    });
    await Promise.all(workers);
  } finally {
    await postgres.stop();
  }
}
console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function ofChange(mutants) {
  if (!values.changed) return mutants;
  const base = baseOfChange();
  if (!base) {
    console.log('The history is too short to tell what changed: every file counts.');
    return mutants;
  }
  const touched = touchedSince(base.commit);
  const files = new Set(mutants.map(({ file }) => file).filter((file) => touched.has(file)));
  console.log(`Since ${base.commit.slice(0, 10)} (${base.why}) ${files.size} files with mutants changed:`);
  for (const file of files) console.log(`  ${file}`);
  return mutants.filter(({ file }) => files.has(file));
}

/** Evenly, so that each file and each rule has its share, and the same ones for the same change. */
function spread(mutants, most) {
  if (mutants.length <= most) return mutants;
  return Array.from({ length: most }, (_, nth) => mutants[Math.floor((nth * mutants.length) / most)]);
}

async function report(mutant, url) {
  const { id, find } = mutant;
  const problem = problemOf(mutant);
  if (problem !== undefined) {
    failed++;
    return console.log(`OUTDATED  ${id}: ${problem}: ${find.trim()}`);
  }
  const since = performance.now();
  const caughtBy = await whatNotices(mutant, url);
  const seconds = `${((performance.now() - since) / 1_000).toFixed(1)} s`;
  if (caughtBy === undefined) failed++;
  console.log(
    caughtBy === undefined
      ? `SURVIVED  ${id}: ${find.trim()} (${seconds})`
      : `caught    ${id}: ${caughtBy} (${seconds})`,
  );
}

/** The likely test first, and all suites where it does not notice: then its name is outdated, which is said. */
async function whatNotices(mutant, url) {
  const suites = suitesOf(mutant);
  if (mutant.scenario === undefined) return firstFailure(mutant, url, suites);
  const caughtBy = await firstFailure(mutant, url, suites.slice(0, 1), mutant.scenario);
  if (caughtBy !== undefined) return caughtBy;
  const other = await firstFailure(mutant, url, suites);
  return other && `${other}, and not by its scenario "${mutant.scenario}"`;
}

/** The first test that fails with this mutant. The rest of the suites is of no use, so their process is killed. */
async function firstFailure({ file, find, replace }, url, suites, scenario) {
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const options = [
    ...['--runInBand', '--no-watchman', '--forceExit', `--testTimeout=${TEST_TIMEOUT}`],
    '--reporters=<rootDir>/test/mutants/progress.reporter.cjs',
    ...(scenario === undefined
      ? []
      : [`--testNamePattern=${scenario.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`]),
  ];
  const child = spawn(process.execPath, [...jest, ...options, '--runTestsByPath', ...suites], {
    env: {
      ...process.env,
      TEST_ALL: '1',
      MUTANT: JSON.stringify({ file, find, replace }),
      DATABASE_URL: url,
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let caughtBy;
  const end = (by) => {
    caughtBy ??= by;
    child.kill('SIGKILL');
  };
  // An endless loop notices, too: nothing in its process would.
  const hang = setTimeout(end, SILENCE, `timeout, no test ended for ${SILENCE / 1_000} s`);
  child.on('message', ({ failed: test }) => {
    hang.refresh();
    if (test !== undefined) end(`"${test}"`);
  });
  await once(child, 'exit');
  clearTimeout(hang);
  return caughtBy;
}
