import type { LoggerService } from '@nestjs/common';
import type { JournalWriter } from './journal-writer.js';

/** Puts what a person should read into the replica's journal. */
export class JournalLogger implements LoggerService {
  constructor(private readonly journal: JournalWriter) {}

  log(): void {}

  warn(message: unknown): void {
    this.journal.write({ event: 'log', level: 'warn', message: String(message) });
  }

  error(message: unknown): void {
    this.journal.write({ event: 'log', level: 'error', message: String(message) });
  }
}
