import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { JournalLine } from './journal.js';

/** Reads what a replica wrote down since the last time. */
export class JournalReader {
  private offset = 0;
  /** A line that was not complete yet; that of a killed replica may never be. */
  private rest = '';

  constructor(private readonly file: string) {}

  readNew(): JournalLine[] {
    if (!existsSync(this.file)) return [];
    const text = this.rest + this.readToEnd();
    const end = text.lastIndexOf('\n') + 1;
    this.rest = text.slice(end);
    return text
      .slice(0, end)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JournalLine);
  }

  private readToEnd(): string {
    const file = openSync(this.file, 'r');
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(65_536);
        const length = readSync(file, chunk, 0, chunk.length, this.offset);
        if (length === 0) return Buffer.concat(chunks).toString('utf8');
        chunks.push(chunk.subarray(0, length));
        this.offset += length;
      }
    } finally {
      closeSync(file);
    }
  }
}
