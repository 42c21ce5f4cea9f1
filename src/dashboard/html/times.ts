import { html } from './html.js';
import type { Html } from './html.js';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

/** What the text of a time says: how far away it is, how long ago something began, or how much is left of it. */
export type TimeForm = 'away' | 'for' | 'left';

/** The text of a time. The script has the same rules, and changes the texts each second. */
export function timeText(at: number, now: number, form: TimeForm = 'away'): string {
  const difference = at - now;
  const length = Math.abs(difference);
  if (form === 'for') return lengthOf(Math.max(-difference, 0), true);
  if (form === 'left') return difference > 0 ? lengthOf(difference, true) : 'no time';
  if (length < SECOND) return 'now';
  return difference > 0 ? `in ${lengthOf(length)}` : `${lengthOf(length)} ago`;
}

/** `41s`, `3m`, `2h 5m`, `3d 4h`; with seconds up to an hour where it is exact: `3m 20s`. */
export function lengthOf(milliseconds: number, isExact = false): string {
  const [larger, smaller] =
    milliseconds < MINUTE
      ? ([[SECOND, 's']] as const)
      : milliseconds < HOUR
        ? isExact
          ? ([
              [MINUTE, 'm'],
              [SECOND, 's'],
            ] as const)
          : ([[MINUTE, 'm']] as const)
        : milliseconds < DAY
          ? ([
              [HOUR, 'h'],
              [MINUTE, 'm'],
            ] as const)
          : ([
              [DAY, 'd'],
              [HOUR, 'h'],
            ] as const);
  const count = Math.floor(milliseconds / larger[0]);
  const rest = smaller ? Math.floor((milliseconds - count * larger[0]) / smaller[0]) : 0;
  return `${count}${larger[1]}${smaller && rest > 0 ? ` ${rest}${smaller[1]}` : ''}`;
}

const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm'],
  [SECOND, 's'],
] as const;

/** A setting, of which nothing is left out: `500ms`, `2.7s`, `4m 30s`. */
export function settingText(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < SECOND) return `${milliseconds}ms`;
  if (milliseconds < MINUTE) return `${milliseconds / SECOND}s`;
  let rest = milliseconds;
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join(' ');
}

/** How long a run took: `230 ms`, `1.4 s`, `3m 20s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < SECOND) return `${Math.round(milliseconds)} ms`;
  // 59.96 s would be shown as 60.0 s.
  if (milliseconds < MINUTE - 50) return `${(milliseconds / SECOND).toFixed(1)} s`;
  return lengthOf(Math.max(milliseconds, MINUTE), true);
}

/** An instant to the second, in UTC, as it stands in titles: `2026-11-27 04:19:21Z`. */
export function instantText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
}

/** A time that the script keeps true, with the instant itself in its title. */
export function relative(iso: string, now: Date, form: TimeForm = 'away'): Html {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return html`${iso}`;
  const second = secondOf(iso);
  const text = timeText(Date.parse(second), now.getTime(), form);
  const kept = form === 'away' ? '' : html` data-as="${form}"`;
  return html`<time datetime="${second}" title="${instantText(iso)}"${kept}>${text}</time>`;
}

/** An instant that stands as it is: `27 Nov, 04:19:21 UTC`, with its year where that is another one. */
export function absolute(iso: string, now: Date): Html {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return html`${iso}`;
  const year = at.getUTCFullYear() === now.getUTCFullYear() ? '' : ` ${at.getUTCFullYear()}`;
  const seconds = at.getUTCSeconds() === 0 ? '' : iso.slice(16, 19);
  const text = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}${year}, ${iso.slice(11, 16)}${seconds} UTC`;
  return html`<time class="at" datetime="${iso}" title="${iso}">${text}</time>`;
}

/** The instant without its milliseconds, which no page shows. */
function secondOf(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
