import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  keyedName,
  keyedNameIsTooLong,
  keyedPrefix,
  lockNameProblem,
  MAX_NAME_BYTES,
} from '../../src/store/lock-name.js';

/** Any text, also with lone surrogates and NUL, and often with the characters that are escaped. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 400 }),
  fc.string({ unit: fc.constantFrom(':', '\\', 'a', '\0', '\ud800', '#'), minLength: 1, maxLength: 8 }),
);

describe('the lock name of a key', () => {
  test('reads as name and key', () => {
    expect(keyedName('course-export', '5')).toBe('course-export:5');
  });

  test('is another one for `a:b` with `c` than for `a` with `b:c`', () => {
    expect(keyedName('a:b', 'c')).not.toBe(keyedName('a', 'b:c'));
  });

  test('is the same only where name and key are', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (task, key, otherTask, otherKey) => {
        const isSame = task === otherTask && key === otherKey;
        expect(keyedName(task, key) === keyedName(otherTask, otherKey)).toBe(isSame);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is not that of a key which reads as the digest of another one', () => {
    const [, digest] = keyedName('task', 'x'.repeat(300)).split('::');
    for (const key of [digest!, `:${digest}`])
      expect(keyedName('task', key)).not.toBe(keyedName('task', 'x'.repeat(300)));
    expect(keyedName('task', digest!)).toBe(`task:${digest}`);
  });

  test('can be stored whatever the key is, of any length and any characters', () => {
    fc.assert(
      fc.property(anyText, (key) => {
        expect(lockNameProblem(keyedName('task', key))).toBeUndefined();
      }),
    );
    expect(lockNameProblem(keyedName('task', 'x'.repeat(1_000_000)))).toBeUndefined();
    expect(lockNameProblem(keyedName('task', ' '))).toBeUndefined();
  });

  test('can be stored for each task name that is not refused', () => {
    const longest = 'n'.repeat(MAX_NAME_BYTES);
    const long = [...Array(MAX_NAME_BYTES).keys()].findLast(
      (length) => !keyedNameIsTooLong(longest.slice(0, length)),
    );
    expect(lockNameProblem(keyedName(longest.slice(0, long), ':'.repeat(200)))).toBeUndefined();
  });

  test('begins with what no other task begins with', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (task, otherTask, key) => {
        fc.pre(task !== otherTask);
        expect(keyedName(otherTask, key).startsWith(keyedPrefix(task))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
