const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A length of time for people, by its two largest units: `2h 5m`, `3d`, `40s`, `250ms`. */
export function lengthInWords(milliseconds: number): string {
  const first = UNITS.findIndex(([, size]) => milliseconds >= size);
  if (first < 0) return `${Math.floor(milliseconds)}ms`;
  let rest = milliseconds;
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, count };
  });
  return parts
    .filter(({ count }) => count > 0)
    .map(({ unit, count }) => `${count}${unit}`)
    .join(' ');
}

/** An instant with its distance: `2026-03-01T12:00:00.000Z, in 5m` or `…, 5m ago`. */
export function instantInWords(at: Date | string, now: Date): string {
  const date = typeof at === 'string' ? new Date(at) : at;
  const distance = date.getTime() - now.getTime();
  const length = lengthInWords(Math.abs(distance));
  return `${date.toISOString()}, ${distance > 0 ? `in ${length}` : `${length} ago`}`;
}
