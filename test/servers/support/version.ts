import { execFileSync } from 'node:child_process';
import { pathOf } from './programs.js';

/** The version that a program says it has. */
export function versionOf(program: string, flag: string): string {
  const text = execFileSync(pathOf(program), [flag], { encoding: 'utf8' });
  const version = /\d+(\.\d+)+/.exec(text)?.[0];
  if (version === undefined) throw new Error(`${program} does not say its version: ${text}`);
  return version;
}
