import type { LockClock } from '../common/clock.js';
import { formatDuration } from '../common/duration.js';
import { thrownText } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { within } from '../common/timeouts.js';
import type { TaskClaim } from './task-claim.js';

/** Asks the conditions of claims, before anything is sent. */
export class Conditions {
  constructor(
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** Milliseconds that a condition has for its answer. */
    private readonly timeout: number,
  ) {}

  /** Whether the claim may be made. Never rejects: a condition that is broken is logged, and nothing runs. */
  async allow({ name, condition }: TaskClaim): Promise<boolean> {
    if (!condition) return true;
    const refuse = (problem: string, stack?: string): false => {
      this.log.error(`The condition of "${name}" (option when) ${problem}. The method did not run.`, stack);
      return false;
    };
    try {
      const answer = (async () => [await condition()] as const)();
      const answered = await within(this.clock, this.timeout, answer);
      if (!answered) return refuse(`has not settled within ${formatDuration(this.timeout)}`);
      const [value] = answered;
      // The text 'false' of an environment variable would count as true.
      return typeof value === 'boolean'
        ? value
        : refuse(`must return true or false; it returned ${typeOf(value)}`);
    } catch (error) {
      return refuse(`threw an error: ${thrownText(error)}`, error instanceof Error ? error.stack : undefined);
    }
  }
}

function typeOf(value: unknown): string {
  return typeof value === 'string' ? `the text '${value}'` : String(value === null ? null : typeof value);
}
