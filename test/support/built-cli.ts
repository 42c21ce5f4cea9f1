import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const FOLDER = 'build/cli';
const MAIN = join(process.cwd(), FOLDER, 'src/cli/main.js');

/** Builds the command line as it is published, but for the checks of its types. */
export function buildCli(): void {
  const options = ['-p', 'tsconfig.build.json', '--noCheck', '--declaration', 'false', '--outDir', FOLDER];
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options], { stdio: 'inherit' });
}

export interface CliExit {
  code: number | null;
  out: string;
  err: string;
}

export interface CliProcess {
  /** Resolves with the first output in which the text stands. */
  shows(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Stops reading, as `head` does. */
  closePipe(): void;
  exit: Promise<CliExit>;
}

/** Starts the command line as a process of its own. Only what is given here stands in its environment. */
export function startCli(argv: readonly string[], env: Record<string, string> = {}, main = MAIN): CliProcess {
  const child = spawn(process.execPath, [main, ...argv], {
    env: { PATH: process.env['PATH'], USER: 'anna', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const exit = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
  return {
    exit,
    async shows(text) {
      while (!out.includes(text)) await Promise.race([once(child.stdout, 'data'), exit.then(failed)]);
    },
    signal: (name) => void child.kill(name),
    closePipe: () => void child.stdout.destroy(),
  };

  function failed({ code }: CliExit): never {
    throw new Error(`the command line ended with ${code}:\n${out}${err}`);
  }
}

export function runBuiltCli(
  argv: readonly string[],
  env?: Record<string, string>,
  main?: string,
): Promise<CliExit> {
  return startCli(argv, env, main).exit;
}
