import { readFileSync } from 'node:fs';

const ROOT = new URL('../../../', import.meta.url);

/**
 * A file of the guide "Getting started", or a region of it, as a reader copies it.
 *
 * @param {string} file
 * @param {string} [region]
 * @returns {string}
 */
export function fileOfGuide(file, region) {
  const text = readFileSync(new URL(`examples/docs/getting-started/${file}`, ROOT), 'utf8');
  if (region === undefined) return text;
  const [, code] = new RegExp(`// #region ${region}\n([^]*)// #endregion ${region}\n`).exec(text) ?? [];
  if (code === undefined) throw new Error(`${file} has no region ${region}`);
  return code;
}

/**
 * The commands of the one shell block of the guide that holds a text, without their comments.
 *
 * @param {string} text
 */
export function commandsWith(text) {
  const guide = readFileSync(new URL('docs/guide/getting-started.md', ROOT), 'utf8');
  const blocks = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  const found = blocks.filter((code) => code.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} shell blocks of the guide hold ${text}`);
  return (found[0] ?? '')
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => line !== '');
}
