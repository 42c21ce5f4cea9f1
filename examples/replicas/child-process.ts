import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A process of the demo, with what it complains about. */
export interface Child {
  process: ChildProcess;
  /** Resolves when it is gone, however it went. */
  gone: Promise<void>;
  /** How it ended and what it wrote to stderr, for an error. */
  describeEnd(): string;
}

/**
 * Starts a module of this folder as a process in a process group of its own: Ctrl-C reaches the demo alone, which
 * then ends its processes in order. A child that loses its channel to the demo ends itself.
 */
export function startChild(module: string, environment: Record<string, string> = {}): Child {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), {
    detached: true,
    execArgv: [],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  // Not `close`: it does not come for a child whose channel its parent has closed.
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      complaints.push(error.message);
      if (child.pid === undefined) resolve();
    });
  });
  const complained = new Promise<void>(
    (resolve) => child.stderr?.once('close', () => resolve()) ?? resolve(),
  );
  return {
    process: child,
    gone: Promise.all([ended, complained]).then(() => undefined),
    describeEnd: () =>
      [`exit code ${child.exitCode ?? child.signalCode ?? 'none'}`, ...complaints].join('\n').trim(),
  };
}
