import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { account } from '../../servers/support/account.js';
import { pathOf } from '../../servers/support/programs.js';

/** One program of the stack, in a folder below the stack's: the cleaner finds it there. */
export class Daemon {
  readonly gone: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    this.gone = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Starts it; what it says is added to the log. Not in our process group: a Ctrl-C is for us alone. */
  static async start(program: string, args: readonly string[], folder: string, log: string): Promise<Daemon> {
    const output = openSync(log, 'a');
    const child = spawn(pathOf(program), args, {
      ...account(),
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8' },
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return new Daemon(child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.gone;
  }
}
