import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { account } from '../../servers/support/account.js';

// Once its input ends, it ends each process that runs below the folder, and removes the folder. Patroni starts Postgres
// anew and Postgres outlives Patroni, so it looks until none is left.
const CLEANER = `
const { readdirSync, readlinkSync, rmSync } = require('node:fs');
const root = process.argv[1];
const isBelow = (pid) => {
  try { return (readlinkSync('/proc/' + pid + '/cwd') + '/').startsWith(root + '/'); } catch { return false; }
};
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
process.stdin.resume().on('end', async () => {
  for (;;) {
    const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && isBelow(name));
    if (pids.length === 0) break;
    for (const pid of pids) try { process.kill(Number(pid), 'SIGKILL'); } catch {}
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  rmSync(root, { recursive: true, force: true });
});`;

/** Ends all that runs in a folder, by process id, however the process that made the folder went. */
export class Cleaner {
  private readonly child: ChildProcess;

  constructor(folder: string) {
    this.child = spawn(process.execPath, ['-e', CLEANER, folder], {
      ...account(),
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.child.unref();
  }

  /** Does so now, and resolves when it is done. */
  async clean(): Promise<void> {
    this.child.ref();
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await gone;
  }
}
