import { execFileSync } from 'node:child_process';
import startPostgres from './postgres-setup.mjs';

/** Builds the programs that the suites start as processes (`npm run types` checks their types), and starts Postgres. */
export default async function prepareProcesses() {
  execFileSync('npm', ['run', '--silent', 'build:replicas'], { stdio: 'inherit' });
  await startPostgres();
}
