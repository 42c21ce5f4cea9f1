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

test('without a verb the help is shown, and the exit code is that of a wrong use', async () => {
  const { code, err } = await runWith({});
  expect(code).toBe(2);
  expectToFit(err);
});
