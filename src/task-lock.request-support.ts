import type { RequestStore } from './requests/request-store.js';
import { TaskLockUsageError } from './task-lock.errors.js';

/** @throws TaskLockUsageError where the module's store takes no requests */
export function requireRequests(store: RequestStore | undefined): RequestStore {
  if (store) return store;
  throw new TaskLockUsageError('TaskLockModule, option store: it has no `requests`, and takes none.');
}
