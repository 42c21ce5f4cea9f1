// `npm run test:mutants`: breaks one statement or step at a time, and names the scenario that notices.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';

const { mutants } = createRequire(import.meta.url)('./mutants.cjs');
/** Milliseconds for the suites of one mutant. */
const PATIENCE = 240_000;
const only = process.argv[2];
const chosen = mutants.filter(({ id }) => only === undefined || id.includes(only));
const postgres = await startLocalPostgres({ fsync: 'off', shared_buffers: '64MB' });

try {
  const outdated = chosen.filter(({ file, find }) => readFileSync(file, 'utf8').split(find).length !== 2);
  for (const { id, file } of outdated)
    console.error(`OUTDATED  ${id}: its text does not stand exactly once in ${file}`);
  let survived = 0;
  for (const mutant of chosen.filter((each) => !outdated.includes(each))) {
    const caughtBy = await scenarioThatFails(mutant);
    if (caughtBy === undefined) survived++;
    console.log(
      caughtBy === undefined
        ? `SURVIVED  ${mutant.id}: ${mutant.find.trim()}`
        : `caught    ${mutant.id}: by "${caughtBy}"`,
    );
  }
  const failed = survived + outdated.length;
  console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
} finally {
  await postgres.stop();
}

/** The first scenario that fails with this mutant; a suite that cannot even start counts by its name. */
async function scenarioThatFails({ id, suites }) {
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const options = ['--reporters=<rootDir>/test/mutants/first-failure.reporter.cjs', '--testTimeout=5000'];
  const child = spawn(process.execPath, [...jest, ...options, '--forceExit', ...suites], {
    env: { ...process.env, MUTANT: id, DATABASE_URL: postgres.url },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let caughtBy;
  const end = (by) => {
    caughtBy ??= by;
    child.kill('SIGKILL');
  };
  child.once('message', end);
  // A loop without an end notices, too: nothing else of this process would.
  const endless = setTimeout(end, PATIENCE, `an end within ${PATIENCE / 1_000} s`);
  await once(child, 'exit');
  clearTimeout(endless);
  return caughtBy;
}
