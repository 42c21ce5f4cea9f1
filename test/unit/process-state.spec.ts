import { afterEach, expect, jest, test } from '@jest/globals';
import { oncePerProcess } from '../../src/common/process-state.js';

const anotherCopy = () => {
  jest.resetModules();
  return import('../../src/common/process-state.js');
};

/** What all copies of the package in this process share. */
const shared = () => Reflect.get(globalThis, Symbol.for('nestjs-task-lock')) as Map<string, unknown>;

const contract = shared().get('contract');
afterEach(() => void shared().set('contract', contract));

test('copies of the package share a value', async () => {
  const value = oncePerProcess('test', () => ({}));
  const other = await anotherCopy();
  expect(other.oncePerProcess('test', () => ({}))).toBe(value);
});

test.each([0, 99])(
  'a copy of a version that shares something else is refused when it is loaded: %p',
  async (version) => {
    shared().set('contract', version);
    await expect(anotherCopy()).rejects.toThrow(
      'Two versions of nestjs-task-lock are loaded that cannot work together: install one version of it.',
    );
  },
);
