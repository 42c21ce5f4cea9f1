import type { JournalLine } from '../journal.js';
import type { Run } from './runs.js';

export type OffenceKind =
  | 'run twice'
  | 'overlap'
  | 'fence order'
  | 'stale commit'
  | 'lost commit'
  | 'missed'
  | 'off schedule'
  | 'too early'
  | 'trouble'
  | 'too few ticks';

/** Something that must not be, with the lines that show it. */
export interface Offence {
  kind: OffenceKind;
  task?: string;
  what: string;
  lines: readonly JournalLine[];
}

/** Epoch milliseconds as people read them. */
export function clockTime(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(11, 23) : 'never';
}

/** Of many effects the first and the last say enough. */
export function linesOf(...runs: readonly (Run | undefined)[]): JournalLine[] {
  return runs.flatMap((run) => {
    if (!run) return [];
    const shown = new Set([run.effects[0], run.effects.at(-1)]);
    return run.lines.filter((line) => line.event !== 'effect' || shown.has(line));
  });
}
