import { expect, test } from '@jest/globals';
import { LONGEST_ERROR, storable } from '../../src/store/postgres/storable.js';

test.each([
  ['nothing', undefined, null],
  ['a text', 'text', 'text'],
  ['the NUL character', 'a\0b', 'ab'],
  ['half of a surrogate pair', 'a\ud83db', 'a\ufffdb'],
])('%s is stored as a text that Postgres takes', (_, text, stored) => expect(storable(text)).toBe(stored));

test('an error is cut, also in the middle of a surrogate pair', () => {
  const start = 'x'.repeat(LONGEST_ERROR - 1);
  expect(storable(`${start}🔒`, LONGEST_ERROR)).toBe(`${start}\ufffd`);
});
