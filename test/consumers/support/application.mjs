import { join } from 'node:path';
import { run } from './processes.mjs';

/** @typedef {import('./processes.mjs').Result} Result */

/** How npm installs what is thrown away afterwards. */
export const FLAGS = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];

/**
 * Installs what the folder's package.json lists, and these packages.
 *
 * @param {string} folder
 * @param {readonly string[]} [packages]
 * @returns {Promise<Result>}
 */
export function install(folder, packages = []) {
  return run('npm', ['install', ...FLAGS, ...packages], { cwd: folder });
}

/**
 * Runs one step of an application.
 *
 * @param {string} folder
 * @param {import('../consumers.mjs').Step} step
 * @param {{ node?: string, env?: Record<string, string> }} [options] `node` is the Node that runs its suites
 * @returns {Promise<Result>}
 */
export function runStep(folder, step, { node = process.execPath, env = {} } = {}) {
  const [program, ...args] = step.command;
  const file = program === 'node' ? node : join(folder, 'node_modules', '.bin', program);
  return run(file, args, { cwd: folder, env: { ...step.env, ...env } });
}
