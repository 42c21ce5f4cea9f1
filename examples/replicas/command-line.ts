import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Database } from './database.js';

/** Runs `nestjs-task-lock` with these arguments; resolves to what it prints. */
export type CommandLine = (...args: readonly string[]) => Promise<string>;

/** What the `bin` of the package loads. */
const PROGRAM = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** The command line of the package, as a process of its own, on the demo's tables. */
export function commandLineFor({ url, schema }: Database, signal: AbortSignal): CommandLine {
  const env = { ...process.env, TASK_LOCK_DATABASE_URL: url };
  return async (...args) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', PROGRAM, '--schema', schema, ...args],
      { env, signal },
    );
    return stdout.trimEnd();
  };
}
