import type { Row } from './verdict.js';

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

const COLUMNS: readonly [string, (row: Row) => string][] = [
  ['`synchronous_mode`', ({ mode }) => mode],
  ['fault of the primary', ({ fault }) => fault],
  ['a primary answers after', ({ answeredAfter }) => seconds(answeredAfter)],
  ['through pgbouncer', ({ answeredThroughPooler }) => seconds(answeredThroughPooler)],
  ['first tick after', ({ firstTickAfter }) => seconds(firstTickAfter)],
  ['ticks twice', ({ twice }) => String(twice)],
  ['fences out of order', ({ fences }) => String(fences)],
  ['stale commits', ({ stale }) => String(stale)],
  ['lost commits', ({ lost }) => String(lost)],
  ['missed, explained', ({ explained, due }) => `${explained} of ${due}`],
  ['missed, not explained', ({ missed }) => String(missed)],
];

/** A table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [
    COLUMNS.map(([title]) => title),
    COLUMNS.map((_, column) => (column < 2 ? '---' : '--:')),
    ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
