import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runWith } from '../support/cli.js';

const VERBS = [
  'list',
  'describe',
  'explain',
  'history',
  'ticks',
  'next',
  'pause',
  'resume',
  'trigger',
].concat(['cancel', 'release', 'forget', 'doctor', 'migrate', 'alerts']);

/** A screen, with a line left for the prompt. */
function expectToFit(help: string): void {
  const lines = help.trimEnd().split('\n');
  expect(lines.length).toBeLessThan(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
}

test('the help of the program fits a screen and names every verb', async () => {
  const { code, out } = await runWith({}, '--help');
  expect(code).toBe(0);
  expectToFit(out);
  for (const verb of VERBS) expect(out).toMatch(new RegExp(String.raw`\b${verb}\b`));
});

test.each(VERBS)('the help of %s fits a screen', async (verb) => {
  const { code, out } = await runWith({}, verb, '--help');
  expect(code).toBe(0);
  expectToFit(out);
  expect(out).toContain(`Usage: nestjs-task-lock ${verb}`);
  expect(out).toContain('-o text|json');
});

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await runWith({}, '--version')).toMatchObject({ code: 0, out: `${version}\n`, err: '' });
});

test('without a build the program says in a sentence what makes one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unbuilt-'));
  try {
    mkdirSync(join(folder, 'bin'));
    copyFileSync('bin/nestjs-task-lock.mjs', join(folder, 'bin/nestjs-task-lock.mjs'));
    const { status, stderr } = spawnSync(process.execPath, [
      join(folder, 'bin/nestjs-task-lock.mjs'),
      'list',
    ]);
    expect([status, String(stderr)]).toEqual([1, expect.stringMatching(/^.*run `npm run build` first.*\n$/)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without a verb the help is shown, and the exit code is that of a wrong use', async () => {
  const { code, err } = await runWith({});
  expect(code).toBe(2);
  expectToFit(err);
});
