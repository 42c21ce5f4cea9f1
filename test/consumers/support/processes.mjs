import { spawn } from 'node:child_process';

/** @typedef {{ succeeded: boolean, output: string }} Result what a command printed, standard error included */

/** @type {Set<number>} the processes that run now, each the leader of a group of its own */
const running = new Set();
let stopped = false;

/**
 * Runs a command to its end, in a process group of its own: Ctrl-C reaches this process only, which then ends the
 * command together with all that it started.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<Result>}
 */
export function run(file, args, { cwd, env = {} }) {
  if (stopped) return Promise.reject(new Error('interrupted'));
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, FORCE_COLOR: '0', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (pid !== undefined) running.delete(pid);
      if (stopped) reject(new Error('interrupted'));
      else resolve({ succeeded: code === 0, output });
    });
  });
}

/** Ends what runs, and lets nothing more start. */
export function stopAll() {
  stopped = true;
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
