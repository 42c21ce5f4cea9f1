import type { QueryRunner } from 'typeorm';

/** What waits for the end of the transaction that a runner has open. */
const waiting = new WeakMap<QueryRunner, (() => void)[]>();

/** Calls back when the transaction of the runner ends, committed or not; at once where none is open. */
export function whenTransactionEnds(runner: QueryRunner | undefined, callback: () => void): void {
  if (!runner?.isTransactionActive) return callback();
  const callbacks = waiting.get(runner) ?? callbacksAtEndOf(runner);
  callbacks.push(callback);
}

/** Wraps the methods of this one runner: TypeORM tells the end only to subscribers of the whole data source. */
function callbacksAtEndOf(runner: QueryRunner): (() => void)[] {
  const callbacks: (() => void)[] = [];
  waiting.set(runner, callbacks);
  for (const method of ['commitTransaction', 'rollbackTransaction', 'release'] as const) {
    // The mock of a test may have none of them: its request is found by the next poll.
    if (typeof runner[method] !== 'function') continue;
    const original = runner[method].bind(runner);
    runner[method] = async () => {
      try {
        await original();
      } finally {
        // The end of a savepoint leaves the transaction active. So does a lost connection, which releases the runner.
        const hasEnded = !runner.isTransactionActive || runner.isReleased;
        if (hasEnded) for (const callback of callbacks.splice(0)) callback();
      }
    };
  }
  return callbacks;
}
