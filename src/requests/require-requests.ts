import type { LockStore } from '../store/lock-store.js';
import type { RequestStore } from '../store/request-store.js';
import { TaskLockUsageError } from '../tasks/errors.js';

/** A store that may keep requests. */
export type RequestingStore = Pick<LockStore, 'requests'>;

/**
 * The store's requests, which `call` needs.
 *
 * @throws TaskLockUsageError where the module's store has none
 */
export function requireRequests(store: RequestingStore, call: string): RequestStore {
  if (store.requests) return store.requests;
  throw new TaskLockUsageError(
    `${call} needs a store with \`requests\`, and ${store.constructor.name} has none: a request has no place to wait in. ` +
      'Give the store a RequestStore; one that wraps another store passes it on.',
  );
}
