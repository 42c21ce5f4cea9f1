import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/**
 * The one code block of the README that holds a text, as a reader copies it.
 *
 * @param {string} language
 * @param {string} text
 * @returns {string}
 */
export function blockWith(language, text) {
  const blocks = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, inLanguage, code]) => inLanguage === language && code?.includes(text))
    .map(([, , code]) => code ?? '');
  if (blocks.length !== 1) throw new Error(`${blocks.length} ${language} blocks of the README hold ${text}`);
  return blocks[0] ?? '';
}

/**
 * The commands of a shell block of the README, without their comments.
 *
 * @param {string} text that the block holds
 */
export function commandsWith(text) {
  return blockWith('sh', text)
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter((line) => line !== '');
}
