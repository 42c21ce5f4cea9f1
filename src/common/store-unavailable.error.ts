import { marked } from './marked.js';

/** The store could not be reached, or gave no answer. The same request may succeed later. */
@marked('store-unavailable')
export class LockStoreUnavailableError extends Error {
  override readonly name = 'LockStoreUnavailableError';

  constructor(
    message: string,
    /** Whether the request may have reached the store, and so may have taken effect. */
    readonly sent: boolean,
    // Not ErrorOptions: applications that compile for ES2021 do not know it.
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
