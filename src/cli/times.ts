import { roughDuration } from '../common/duration.js';

export type TimeStyle = 'relative' | 'iso';

/** A length of time, if there is one. */
export function lengthText(milliseconds: number | null | undefined): string {
  return milliseconds == null ? '' : roughDuration(milliseconds);
}

/** How instants are shown: `3m ago`, `in 2h`, or as they are. */
export function timeText(iso: string | null, style: TimeStyle, now: Date): string {
  if (iso === null) return '';
  if (style === 'iso') return iso;
  const difference = Date.parse(iso) - now.getTime();
  if (Number.isNaN(difference)) return iso;
  if (Math.abs(difference) < 1_000) return 'now';
  const distance = roughDuration(Math.abs(difference));
  return difference > 0 ? `in ${distance}` : `${distance} ago`;
}
