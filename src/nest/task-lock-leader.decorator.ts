import { Inject } from '@nestjs/common';
import { acceptDispatcher, DISPATCHER, DISPATCHER_TOKEN } from '../calls/dispatcher-key.js';
import type { LeaderMethods, LeaderOptions } from '../calls/leader-candidate.js';
import { declareLeader } from '../tasks/leader-declaration.js';

/**
 * Elects one replica of the application as the leader, for as long as it lives: it calls `onElected` of this provider
 * there, and `onDeposed` when the replica leads no longer. Every replica stands in the election from the end of its start
 * to its shutdown, which hands the leadership over at once.
 *
 * @param name the lock's name, which no task may have. May hold placeholders: `${path.to.key:default}`
 * @param options.lease how long a leader leads without a renewal. Default: the module's `lease`, `60s`
 * @throws TaskLockConfigurationError at the start, if a method is missing, the name is taken, or the provider is not made
 *   once (request-scoped, or transient)
 * @example
 * @Injectable()
 * @TaskLockLeader('projector', { lease: '15s' })
 * export class Projector {
 *   async onElected(run: TaskRun) {
 *     while (!run.signal.aborted) await this.projectNext(run);
 *   }
 *   async onDeposed(reason: DeposedReason) {}
 * }
 */
export function TaskLockLeader(name: string, options: LeaderOptions = {}) {
  return (type: new (...args: never[]) => LeaderMethods): void => {
    const prototype = type.prototype as object;
    declareLeader(prototype, { name, options });
    // Where the module is missing, Nest says so: nobody would ever be elected.
    acceptDispatcher(prototype);
    Inject(DISPATCHER_TOKEN)(prototype, DISPATCHER);
  };
}
