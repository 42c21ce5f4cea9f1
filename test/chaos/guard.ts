import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

// Reads `+pid` and `-pid`; kills those that are left when the process that started it is gone.
const GUARD = `
const pids = new Set();
process.on('SIGINT', () => {}).on('SIGTERM', () => {});
require('node:readline').createInterface({ input: process.stdin })
  .on('line', (line) => pids[line[0] === '+' ? 'add' : 'delete'](Number(line.slice(1))))
  .on('close', () => { for (const pid of pids) try { process.kill(pid, 'SIGKILL'); } catch {} });`;

/** A replica that is stopped cannot see that nobody is left to wake it: this process would end it. */
export class Guard {
  private readonly child: ChildProcess = spawn(process.execPath, ['-e', GUARD], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  watch(pid: number): void {
    this.child.stdin?.write(`+${pid}\n`);
  }

  forget(pid: number): void {
    this.child.stdin?.write(`-${pid}\n`);
  }

  async end(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await gone;
  }
}
