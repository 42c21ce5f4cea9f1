import type { RunState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { scaleOf, STRIP_RUNS, stripText } from './strip.js';
import { durationText, instantText } from './times.js';
import { toneOf } from './words.js';

/** The height of a whole bar, and how far one hangs below the line whose run did not succeed. */
const TOP = 100;
const BELOW = { ok: 0, stopped: 8, bad: 16 } as const;

/** How long the last runs took, the newest on the right. Each bar says in words what it stands for. */
export function bars(newestFirst: readonly RunState[]): Html {
  const runs = newestFirst.slice(0, STRIP_RUNS).reverse();
  // Half of a millisecond would be shown as one.
  const scale = roundUp(Math.max(scaleOf(runs), 2));
  const drawn = runs.map((run, index) => {
    const { outcome, durationMs, startedAt } = run;
    const tone = toneOf(outcome);
    const height = durationMs === null ? 0 : Math.max(Math.round((TOP * durationMs) / scale), 2);
    const took = durationMs === null ? '' : ` after ${durationText(durationMs)}`;
    const x = (STRIP_RUNS - runs.length + index) * 10 + 1;
    return html`
      <path class="${tone}" d="M${x} ${TOP - height}h8V${TOP + BELOW[tone]}h-8"><title>
      ${instantText(startedAt)}: ${outcome}${took}</title></path>`;
  });
  return html`
    <div class="chart"><div class="axis" aria-hidden="true">
    <span>${durationText(scale)}</span><span>${durationText(scale / 2)}</span><span>0</span></div>
    <svg role="img" viewBox="0 0 ${STRIP_RUNS * 10} 116" preserveAspectRatio="none" aria-label="${stripText(runs)}; ${summaryOf(runs)}">
    <path class="grid" d="M0 .5H600M0 50H600M0 100H600"/>${drawn}</svg></div>
    <p class="sub">${summaryOf(runs)}</p>`;
}

function summaryOf(runs: readonly RunState[]): string {
  const durations = runs.flatMap(({ durationMs }) => durationMs ?? []).sort((one, other) => one - other);
  if (durations.length === 0) return 'no run has ended';
  const median = durations[Math.floor(durations.length / 2)]!;
  return `median ${durationText(median)}, longest ${durationText(durations.at(-1)!)}`;
}

const UNITS = [1, 1_000, 60_000, 3_600_000, 86_400_000];
const STEPS = [1, 2, 4, 6, 10, 20, 30, 40, 60, 100, 200, 400, 600, 1_000];

/** The next length of time whose half is a round one, too. */
function roundUp(milliseconds: number): number {
  const unit = UNITS.findLast((each) => milliseconds >= each) ?? 1;
  const step = STEPS.find((each) => each * unit >= milliseconds);
  return step === undefined ? milliseconds : step * unit;
}
