import type { NewPause } from '../store/operator-store.js';

/** Says whose pause a new one took the place of. One that was sent again replaces only itself. */
export function replacedPauseWarnings({ replaced, by, reason, until }: NewPause): string[] {
  if (!replaced) return [];
  const isSame =
    replaced.by === by && replaced.reason === reason && replaced.until?.getTime() === until?.getTime();
  if (isSame) return [];
  const end = replaced.until?.toISOString() ?? 'a resume';
  const why = replaced.reason === undefined ? '' : `, "${replaced.reason}"`;
  return [`This pause takes the place of the one by ${replaced.by} until ${end}${why}.`];
}
