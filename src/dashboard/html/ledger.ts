import type { TickFate, TickState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { shown } from './shown.js';
import { durationText, instantText } from './times.js';
import { countsOf, plural, toneOf } from './words.js';

/** What became of a tick, as the page tells it: of one that ran also whether that went well. */
interface Fate {
  mark: string;
  words: string;
}

const FATES: Readonly<Record<TickFate, Fate>> = {
  ran: { mark: 'ok', words: 'ran' },
  running: { mark: 'running', words: 'running' },
  'not due': { mark: 'skipped', words: 'not due, within the minimum hold' },
  paused: { mark: 'paused', words: 'paused' },
  overlapped: { mark: 'overlapped', words: 'overlapped: another run was in its way' },
  missed: { mark: 'missed', words: 'missed: no replica ran it' },
  'ran, not recorded': { mark: 'unrecorded', words: 'ran, not recorded' },
  unknown: { mark: 'unknown', words: 'unknown: before the history' },
};

/** The ticks that the schedule expected, as marks in a row, and each of them in a table. */
export function ledger(oldestFirst: readonly TickState[]): Html {
  const fates = oldestFirst.map(fateOf);
  const text = `The last ${plural(oldestFirst.length, 'tick')}: ${countsOf(fates.map(({ words }) => words.split(/[:,]/)[0]!))}`;
  const marks = oldestFirst.map(({ tick }, index) => {
    const { mark, words } = fates[index]!;
    return html`<i class="f ${mark}" title="${instantText(tick)}: ${words}"></i>`;
  });
  return html`
    <div class="ledger" role="img" aria-label="${text}">${marks}</div>
    ${legend(fates)}
    <details id="ticks"><summary>Each tick</summary>${table(oldestFirst, fates)}</details>`;
}

function fateOf({ state, run }: TickState): Fate {
  if (state !== 'ran' || !run || run.outcome === 'succeeded') return FATES[state];
  return { mark: toneOf(run.outcome), words: `ran: ${run.outcome}` };
}

function legend(fates: readonly Fate[]): Html {
  const words = new Map(fates.map((fate) => [fate.words, fate.mark]));
  // By the order of ticks it would change at each refresh.
  const inOrder = [...words].sort(([one], [other]) => (one < other ? -1 : 1));
  const items = inOrder.map(([text, mark]) => {
    const count = fates.filter((fate) => fate.words === text).length;
    return html`<li><i class="f ${mark}"></i><b>${count}</b> ${text}</li>`;
  });
  return html`<ul class="legend">${items}</ul>`;
}

function table(ticks: readonly TickState[], fates: readonly Fate[]): Html {
  const rows = ticks
    .map(
      ({ tick, run }, index) => html`
        <tr id="t${Date.parse(tick)}"><td>${instantText(tick)}</td>
        <td><i class="f ${fates[index]!.mark}"></i>${fates[index]!.words}</td>
        <td class="n">${run?.durationMs != null && durationText(run.durationMs)}</td>
        <td>${run && shown(run.replica)}</td></tr>`,
    )
    .reverse();
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Each tick">
    <table><thead><tr><th scope="col">Tick</th><th scope="col">What became of it</th>
    <th scope="col" class="n">Took</th><th scope="col">Replica</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`;
}
