import type { LoggerService } from '@nestjs/common';
import type { Journal } from './journal.js';

const SKIP = /^"(?<task>.+)" is skipped: (?<reason>\w+)(?: by (?<heldBy>\S+))?(?: until \S+)?$/;

/**
 * The Nest logger of a replica. A decorated method that is skipped answers `undefined`; why it was skipped is what
 * `TaskLock` logs at level `verbose`.
 */
export class JournalLogger implements LoggerService {
  constructor(private readonly journal: Journal) {}

  verbose(message: unknown, context?: unknown): void {
    const skip = context === 'TaskLock' ? SKIP.exec(String(message))?.groups : undefined;
    if (!skip) return;
    const { task = '', reason = '', heldBy } = skip;
    this.journal.write({ event: 'skip', task, reason, heldBy });
  }

  log(): void {}

  warn(message: unknown): void {
    this.journal.write({ event: 'log', level: 'warn', message: String(message) });
  }

  /** What a scheduled method throws comes here from `Scheduler`; the journal has it as the end of that run. */
  error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) === 'Scheduler') return;
    this.journal.write({ event: 'log', level: 'error', message: String(message) });
  }
}
