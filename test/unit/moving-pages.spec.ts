import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const PAGES = 'docs/moving';
const FILES = 'examples/moving';

/** The diffs of all pages, as [page, file before, file after, lines]. Each shows both files as a whole. */
const diffs = readdirSync(PAGES).flatMap((page) =>
  [
    ...readFileSync(join(PAGES, page), 'utf8').matchAll(/^```diff\n--- (\S+)\n\+\+\+ (\S+)\n([^]*?)^```$/gm),
  ].map(([, before = '', after = '', lines = '']) => ({ page, before, after, lines: lines.split('\n') })),
);

/** What is left of a diff without the lines of the other side. */
function side(lines: readonly string[], other: '-' | '+'): string {
  return lines
    .filter((line) => !line.startsWith(other))
    .map((line) => line.slice(1))
    .join('\n');
}

const textOf = (file: string): string => readFileSync(join(FILES, file), 'utf8');

describe('The diffs of the pages about moving', () => {
  // `git diff --no-index -U99 before.ts after.ts` in examples/moving makes them anew.
  test.each(diffs)('are those of the files: $page, $before', ({ before, after, lines }) => {
    expect(side(lines, '+')).toBe(textOf(before));
    expect(side(lines, '-')).toBe(textOf(after));
  });

  test('show each class from before', () => {
    const files = readdirSync(FILES, { recursive: true, encoding: 'utf8' });
    expect(diffs.map(({ before }) => before).sort()).toEqual(
      files.filter((file) => /before\.ts$/.test(file)).sort(),
    );
  });
});
