import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { watch } from '../../../examples/support/watchdog.mjs';
import type { Watchdog } from '../../../examples/support/watchdog.mjs';
import { account } from './account.js';

/** Messages in English, whatever the machine speaks: readiness is read off them. */
const environment = { PATH: process.env['PATH'], LC_ALL: 'C', PGCONNECT_TIMEOUT: '10' };

/** Runs a program of a server's package to its end. */
export async function runAsServer(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, {
    ...account(),
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${output.join('')}`);
}

function collect(child: ChildProcess): string[] {
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  return output;
}

export interface ServerSettings {
  program: string;
  args: readonly string[];
  /** Removed when the server has ended. */
  folder: string;
  /** What it logs when it accepts connections. */
  ready: string;
  /** Ends it in order, without waiting for its clients. */
  endSignal: NodeJS.Signals;
}

/** A server that runs until it is ended, or until this process is gone. */
export class ServerProcess {
  private readonly output: string[];
  private readonly gone: Promise<void>;
  private readonly watchdog: Watchdog;

  private constructor(
    private readonly child: ChildProcess,
    private readonly settings: ServerSettings,
  ) {
    this.output = collect(child);
    this.gone = new Promise((resolve) => child.once('exit', () => resolve()));
    this.watchdog = watch(child, settings.folder, settings.endSignal);
  }

  /** Resolves when it accepts connections. */
  static async start(settings: ServerSettings): Promise<ServerProcess> {
    const { program, args, folder } = settings;
    const child = spawn(program, args, {
      ...account(),
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    const server = new ServerProcess(child, settings);
    try {
      await server.logged(settings.ready);
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Ends it by a signal, and resolves when it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.gone;
  }

  /** Ends it in order and removes its folder. */
  async end(): Promise<void> {
    await this.kill(this.settings.endSignal);
    await this.watchdog.end();
  }

  private async logged(text: string): Promise<void> {
    const { child, output } = this;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (output.join('').includes(text)) resolve();
      };
      child.stderr?.on('data', look);
      child.stdout?.on('data', look);
      child.once('exit', (code) =>
        reject(new Error(`${this.settings.program} ended with ${code} at start-up:\n${output.join('')}`)),
      );
      look();
    });
  }
}
