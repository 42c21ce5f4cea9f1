const UNAVAILABLE = Symbol.for('nestjs-task-lock:store-unavailable');

/**
 * The store could not be reached, or gave no answer. The same request may succeed later. `instanceof` looks for a mark
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
    /** Whether the request may have reached the store, and so may have taken effect. */
    readonly sent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
