import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && !file.startsWith(join('reference', 'api')))
  .map((file) => join('docs', file));

const textOf = (file: string): string => readFileSync(file, 'utf8');

/** The code blocks of a page that are TypeScript. */
function inlineCode(page: string): string[] {
  return [...textOf(page).matchAll(/^ *```(?:ts|tsx|typescript)\b.*\n([^]*?)^ *```$/gm)].map(
    ([, code]) => code ?? '',
  );
}

/** The files and regions that VitePress puts into a page. */
function snippets(page: string): { file: string; region?: string }[] {
  return [...textOf(page).matchAll(/^ *<<< @\/([\w./-]+)(?:#([\w-]+))?/gm)].map(([, file = '', region]) => ({
    file: normalize(join('docs', file)),
    region,
  }));
}

function withoutIndent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  return lines.map((line) => line.slice(Math.min(...indents)).trimEnd()).join('\n');
}

/** The regions of a file, without those that begin inside of them. */
function regions(file: string): Map<string, string> {
  const lines = textOf(file).split('\n');
  const found = new Map<string, string>();
  lines.forEach((line, start) => {
    const [, name] = /^\s*\/\/ #region (\S+)$/.exec(line) ?? [];
    if (name === undefined) return;
    const end = lines.findIndex((other, at) => at > start && other.trim() === `// #endregion ${name}`);
    if (end < 0) throw new Error(`${file}: the region ${name} has no end`);
    found.set(
      name,
      withoutIndent(lines.slice(start + 1, end).filter((inside) => !/^\s*\/\/ #(end)?region /.test(inside))),
    );
  });
  return found;
}

/** All that `npm run types` compiles for the docs: whole files, and their regions. */
function compiledCode(): Set<string> {
  const files = readdirSync('examples', { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(docs|moving|monitoring)\b.*\.ts$/.test(file))
    .map((file) => join('examples', file));
  return new Set(files.flatMap((file) => [textOf(file).trim(), ...regions(file).values()]));
}

describe('The code of the docs', () => {
  test.each(pages)('is compiled: %s', (page) => {
    expect(inlineCode(page)).toEqual([]);
  });

  test('comes from files and regions that are there', () => {
    const lacking = pages.flatMap((page) =>
      snippets(page)
        .filter(({ file, region }) => region !== undefined && !regions(file).has(region))
        .map(({ file, region }) => `${page}: ${file}#${region}`),
    );
    expect(lacking).toEqual([]);
  });

  test('stands in README.md as in a compiled file', () => {
    const compiled = compiledCode();
    expect(inlineCode('README.md').filter((code) => !compiled.has(code.trim()))).toEqual([]);
  });
});
