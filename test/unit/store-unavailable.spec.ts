import { expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';

test('an unavailable store is told by a mark, which another copy of the package sets, too', () => {
  expect(new LockStoreUnavailableError('gone', false)).toBeInstanceOf(LockStoreUnavailableError);
  const mark = Symbol.for('nestjs-task-lock:store-unavailable');
  const ofAnotherCopy = Object.assign(new Error('gone'), { [mark]: true, sent: true });
  expect(ofAnotherCopy).toBeInstanceOf(LockStoreUnavailableError);
  expect(new Error('gone')).not.toBeInstanceOf(LockStoreUnavailableError);
});
