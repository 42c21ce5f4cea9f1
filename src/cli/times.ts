const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A length of time in at most two units: `2h 5m`, `340ms`. */
export function roughly(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length < 1_000) return `${Math.round(length)}ms`;
  const index = UNITS.findIndex(([, size]) => length >= size);
  const [unit, size] = UNITS[index] ?? ['s', 1_000];
  const count = Math.floor(length / size);
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((length % size) / next[1]) : 0;
  return next && rest > 0 ? `${count}${unit} ${rest}${next[0]}` : `${count}${unit}`;
}

export type TimeStyle = 'relative' | 'iso';

/** How instants are shown: `3m ago`, `in 2h`, or as they are. */
export function timeText(iso: string | null, style: TimeStyle, now: Date): string {
  if (iso === null) return '';
  if (style === 'iso') return iso;
  const difference = Date.parse(iso) - now.getTime();
  if (Number.isNaN(difference)) return iso;
  if (Math.abs(difference) < 1_000) return 'now';
  return difference > 0 ? `in ${roughly(difference)}` : `${roughly(difference)} ago`;
}
