import { stripVTControlCharacters } from 'node:util';

/** Control characters, line ends, and marks that turn the direction of text. */
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A text of somebody else on one line: it can neither move the cursor nor pass for another line of the output. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, ' ').trim();
}
