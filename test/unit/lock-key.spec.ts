import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { keyOfCall } from '../../src/tasks/settings/lock-key.js';

test.each([
  ['this realm', async () => Promise.reject(new Error('late'))],
  [
    'another realm, as Node makes them under Jest',
    (): unknown => runInNewContext('Promise.reject(new Error("late"))'),
  ],
])('a promise of %s is refused as one, and its rejection does not end the process', async (_, key) => {
  const rejected: unknown[] = [];
  const observe = (reason: unknown): void => void rejected.push(reason);
  process.on('unhandledRejection', observe);
  expect(() => keyOfCall(key as () => string, [])).toThrow(
    'it is a promise: compute the key without waiting',
  );
  // Node reports what nobody handles once its microtasks are done.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', observe);
  expect(rejected).toEqual([]);
});

test.each<[key: unknown, text: string]>([
  [7n, 'it is the bigint 7n: return String(…) of it'],
  ['', "it is ''"],
  [NaN, 'it is NaN'],
  [undefined, 'it is undefined'],
  [true, 'it is true'],
])('a key that cannot be one is told with its type: %p', (key, text) => {
  expect(() => keyOfCall(() => key as string, [])).toThrow(text);
});
