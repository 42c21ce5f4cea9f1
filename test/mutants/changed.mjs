// Which source files a change touches, for `npm run test:mutants -- --changed`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from '@swc/core';
import { sourceOf } from './mutants.mjs';

/** How far back a change on main itself reaches: all mutants would take a quarter of an hour. */
const RECENT = 3 * 3_600_000;

/**
 * The commit that the change began at, and why it is that one; none where the history is too short to tell.
 *
 * A branch is compared with where it left origin/main. On main itself there is no such place, so the commits of the last
 * three hours count, by the date of the newest one: the same commit selects the same mutants whenever it is tested.
 */
export function baseOfChange() {
  const given = process.env.MUTANTS_BASE;
  if (given) return { commit: git('rev-parse', '--verify', `${given}^{commit}`), why: 'MUTANTS_BASE' };
  const head = git('rev-parse', 'HEAD');
  const fork = tryGit('merge-base', 'HEAD', 'origin/main');
  if (fork && fork !== head) return { commit: fork, why: 'where the branch left origin/main' };
  const newest = Date.parse(git('log', '-1', '--format=%cI'));
  const before = new Date(newest - RECENT).toISOString();
  const commit = tryGit('rev-list', '-1', `--before=${before}`, 'HEAD');
  return commit ? { commit, why: 'the last commit that is three hours older than HEAD' } : undefined;
}

/** The source files whose code, or whose mutants, differ from that commit, the working tree included. */
export function touchedSince(commit) {
  const fields = git(
    'diff',
    '--name-status',
    '-M',
    '-z',
    commit,
    '--',
    'src',
    'migrations',
    'test/mutants',
  ).split('\0');
  const touched = new Set();
  while (fields.length > 1) {
    const status = fields.shift();
    const before = fields.shift();
    const after = status.startsWith('R') ? fields.shift() : before;
    if (status !== 'D' && !(/^[RM]/.test(status) && isSameCode(commit, before, after)))
      touched.add(sourceOf(after));
  }
  return touched;
}

function isSameCode(commit, before, after) {
  return codeOf(git('show', `${commit}:${before}`)) === codeOf(readFileSync(after, 'utf8'));
}

/** Without types, comments, layout, and import and export lines: a file that only moves or is only reworded is the same. */
function codeOf(text) {
  const { code } = transformSync(text, {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      minify: { compress: false, mangle: false, format: { comments: false } },
    },
    minify: true,
  });
  return code.replace(/\b(?:import|export)\b[^;"'()]*\bfrom\s*"[^"]*";?|\bimport"[^"]*";?/g, '');
}

function git(...args) {
  return execFileSync('git', args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function tryGit(...args) {
  try {
    return git(...args) || undefined;
  } catch {
    return undefined;
  }
}
