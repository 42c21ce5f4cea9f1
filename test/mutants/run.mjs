// `npm run test:mutants`: breaks one statement or step at a time, and names the scenario that notices.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalPostgres } from '../../examples/support/local-postgres.mjs';

const { mutants } = createRequire(import.meta.url)('./mutants.cjs');
/** Milliseconds for the suites of one mutant. */
const PATIENCE = 240_000;
const only = process.argv[2];
const chosen = mutants.filter(({ id }) => only === undefined || id.includes(only));
const folder = mkdtempSync(join(tmpdir(), 'task-lock-mutants-'));
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
  rmSync(folder, { recursive: true, force: true });
}

/** The first scenario that fails with this mutant; a suite that cannot even start counts by its name. */
async function scenarioThatFails({ id, suites }) {
  const report = join(folder, 'report.json');
  rmSync(report, { force: true });
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const options = ['--silent', '--testTimeout=5000', '--json', `--outputFile=${report}`, '--forceExit'];
  const child = spawn(process.execPath, [...jest, ...options, ...suites], {
    env: { ...process.env, MUTANT: id, DATABASE_URL: postgres.url },
    stdio: 'ignore',
  });
  // A loop without an end notices, too: nothing else of this process would.
  const endless = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const [, signal] = await once(child, 'exit');
  clearTimeout(endless);
  if (signal === 'SIGKILL') return `an end within ${PATIENCE / 1_000} s`;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  for (const { status, name, assertionResults } of testResults) {
    if (status !== 'failed') continue;
    return assertionResults.find((result) => result.status === 'failed')?.fullName ?? name.split('/').pop();
  }
  return undefined;
}
