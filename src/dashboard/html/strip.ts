import type { RecentRun } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { countsOf, plural, TONES, toneOf } from './words.js';
import type { Tone } from './words.js';

/** How many runs a strip has room for. The style sheet makes each three pixels wide. */
export const STRIP_RUNS = 60;

/** Where the line lies on which runs stand, and how far those that did not succeed hang below it. */
const LINE = 7;
const BELOW: Readonly<Record<Tone, number>> = { ok: 0, stopped: 1, bad: 3 };

/**
 * The last runs as a small drawing, the newest on the right: height is duration, and what hangs below the line did not
 * succeed. One path for each tone: sixty rectangles for each of fifty tasks would be most of a page.
 */
export function strip(newestFirst: readonly RecentRun[]): Html {
  const runs = newestFirst.slice(0, STRIP_RUNS).reverse();
  if (runs.length === 0) return html`<i>no runs yet</i>`;
  const top = scaleOf(runs);
  const columns = runs.map(({ outcome, durationMs }, index) => ({
    x: STRIP_RUNS - runs.length + index,
    y: LINE - levelOf(durationMs, top),
    tone: toneOf(outcome),
  }));
  const paths = TONES.map((tone) => {
    const outline = outlineOf(
      columns.filter((column) => column.tone === tone),
      LINE + BELOW[tone],
    );
    return outline && html`<path class="${tone}" d="${outline}"/>`;
  });
  return html`<svg role="img" class="strip"><title>${stripText(runs)}</title>${paths}</svg>`;
}

export function stripText(runs: readonly RecentRun[]): string {
  const outcomes = runs.map(({ outcome }) => outcome);
  return `${plural(runs.length, 'run')}: ${countsOf(outcomes)}`;
}

/** The duration that a whole column stands for: even runs leave room above, so that a slow one stands out. */
export function scaleOf(runs: readonly RecentRun[]): number {
  const durations = runs.flatMap(({ durationMs }) => durationMs ?? []).sort((one, other) => one - other);
  const median = durations[Math.floor(durations.length / 2)] ?? 0;
  return Math.max(durations.at(-1) ?? 0, 1.6 * median, 1);
}

/** A run that died has no duration, and stands for none. */
function levelOf(durationMs: number | null, top: number): number {
  return durationMs === null ? 0 : Math.max(Math.round((LINE * durationMs) / top), 1);
}

/** Columns of one unit that stand on `base`, neighbours of the same height as one. */
function outlineOf(columns: readonly { x: number; y: number }[], base: number): string {
  const first = columns[0];
  if (!first) return '';
  let outline = `M${first.x} ${base}`;
  let [x, y, width] = [first.x, base, 0];
  const goTo = (height: number): void => {
    if (height === y) return;
    outline += `${width > 0 ? `h${width}` : ''}V${height}`;
    [y, width] = [height, 0];
  };
  for (const column of columns) {
    if (column.x > x) {
      goTo(base);
      width += column.x - x;
    }
    goTo(column.y);
    width += 1;
    x = column.x + 1;
  }
  goTo(base);
  return outline;
}
