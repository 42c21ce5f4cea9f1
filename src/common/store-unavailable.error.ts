const UNAVAILABLE = Symbol.for('nestjs-task-lock:store-unavailable');

/**
 * The store could not be reached or could not answer; the same request may succeed later. `instanceof` looks for a mark
 * and not for the class, because a store may come from another copy of this package.
 */
export class LockStoreUnavailableError extends Error {
  static override [Symbol.hasInstance](error: unknown): boolean {
    return typeof error === 'object' && error !== null && UNAVAILABLE in error;
  }

  override readonly name = 'LockStoreUnavailableError';
  readonly [UNAVAILABLE] = true;

  constructor(
    message: string,
    /** Whether the request may have reached the store: it may then have been carried out all the same. */
    readonly sent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
