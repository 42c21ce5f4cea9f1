import type { RequestStore } from '../store/request-store.js';
import { TaskLockUsageError } from '../tasks/errors.js';

/** @throws TaskLockUsageError where the module's store takes no requests */
export function requireRequests(store: RequestStore | undefined): RequestStore {
  if (store) return store;
  throw new TaskLockUsageError('TaskLockModule, option store: it has no `requests`, and takes none.');
}
