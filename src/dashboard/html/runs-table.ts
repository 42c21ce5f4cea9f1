import type { RunState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { shown, shownLines, visible } from './shown.js';
import { durationText, relative } from './times.js';
import { outcomeMark } from './words.js';

/** The last runs, the newest first. */
export function runsTable(runs: readonly RunState[], now: Date): Html {
  const hasKeys = runs.some(({ key }) => key !== null);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-labelledby="h-runs">
    <table><thead><tr><th scope="col">Started</th><th scope="col">Outcome</th>${hasKeys && html`<th scope="col">Key</th>`}
    <th scope="col" class="n">Took</th><th scope="col" class="n">Late</th><th scope="col">Trigger</th><th scope="col">Replica</th>
    <th scope="col" class="n">Fence</th></tr></thead>
    <tbody>${runs.map((run) => row(run, hasKeys, now))}</tbody></table></div>`;
}

function row(run: RunState, hasKeys: boolean, now: Date): Html {
  const { key, fence, trigger, replica, startedAt, durationMs, latenessMs, outcome, error } = run;
  const id = `run${fence}${key === null ? '' : `-${encodeURIComponent(key.toWellFormed())}`}`;
  return html`
    <tr id="${id}"><td>${relative(startedAt, now)}</td>
    <td>${outcomeMark(outcome)}</td>
    ${hasKeys && html`<td>${key !== null && shown(key)}</td>`}
    <td class="n">${durationMs !== null && durationText(durationMs)}</td>
    <td class="n">${latenessMs !== null && durationText(latenessMs)}</td>
    <td>${trigger}</td><td>${shown(replica)}</td><td class="n dim">${fence}</td></tr>
    ${error !== null && html`<tr id="${id}e" class="error"><td colspan="${hasKeys ? 8 : 7}">${errorOf(error, id)}</td></tr>`}`;
}

/** The first line of an error, and all of it where somebody unfolds it. */
function errorOf(error: string, id: string): Html {
  const [first = ''] = error.split(/\r?\n/, 1);
  if (first === error) return shown(error);
  return html`<details id="${id}d"><summary>${visible(first)}</summary><pre>${shownLines(error)}</pre></details>`;
}
