import type { Paint, Style } from './paint.js';
import { shortened } from './wrap.js';

export interface Column<Row> {
  title: string;
  of: (row: Row) => string;
  /** For numbers: aligned at the right. */
  isNumber?: boolean;
  style?: (row: Row) => Style | undefined;
}

const GAP = '  ';

/** What the last column keeps of its width, however narrow the terminal is. */
const LEAST = 20;

/**
 * Rows as padded columns. A column that is empty in all rows is left out. The last one is shortened where a row would be
 * wider than this.
 */
export function columns<Row>(
  rows: readonly Row[],
  wanted: readonly Column<Row>[],
  paint: Paint,
  mostWidth = Infinity,
): string[] {
  const filled = wanted
    .map((column) => ({ ...column, cells: rows.map(column.of) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  shorten(filled, mostWidth);
  const padded = filled.map((column, index) => {
    const width = Math.max(...[column.title, ...column.cells].map(widthOf));
    const isLast = index === filled.length - 1;
    const pad = (text: string): string => {
      const space = ' '.repeat(width - widthOf(text));
      if (column.isNumber) return space + text;
      return isLast ? text : text + space;
    };
    return { ...column, pad };
  });
  const head = padded.map(({ title, pad }) => paint(pad(title), 'bold')).join(GAP);
  const lines = rows.map((row, index) =>
    padded.map(({ cells, pad, style }) => paint(pad(cells[index] ?? ''), style?.(row))).join(GAP),
  );
  return [head, ...lines].map((line) => line.trimEnd());
}

function shorten(filled: readonly { title: string; cells: string[] }[], mostWidth: number): void {
  const last = filled.at(-1);
  if (!last) return;
  const widths = filled.slice(0, -1).map(({ title, cells }) => Math.max(...[title, ...cells].map(widthOf)));
  const before = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  last.cells = last.cells.map((cell) => shortened(cell, Math.max(mostWidth - before, LEAST)));
}

/** Names and values, one a line. Values that are empty are left out. */
export function pairs(entries: readonly (readonly [string, string])[], paint: Paint): string[] {
  const filled = entries.filter(([, value]) => value !== '');
  const width = Math.max(0, ...filled.map(([name]) => widthOf(name)));
  return filled.map(([name, value]) => `${paint(name.padEnd(width), 'bold')}${GAP}${value}`);
}

function widthOf(text: string): number {
  return [...text].length;
}
