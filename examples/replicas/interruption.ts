/** Thrown where the demo waits when it is interrupted. */
export class InterruptedError extends Error {
  constructor(readonly exitCode: number) {
    super('interrupted');
  }
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * A signal that aborts when somebody wants the demo to end. The handlers stay: a second Ctrl-C must not cut the
 * clean-up short that the first one began.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => controller.abort(new InterruptedError(exitCode)));
  }
  // Nobody reads on: `npm run demo | head`.
  process.stdout.on('error', () => controller.abort(new InterruptedError(SIGNALS.SIGHUP)));
  return controller.signal;
}

/** What a promise resolves to, or a rejection as soon as the signal aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
