import type { ActionState, NextTick, TaskState } from '../../operate/operator-types.js';
import type { TaskView } from '../views.js';
import { actionLinks } from './actions.js';
import { bars } from './bars.js';
import { documentOf, region } from './document.js';
import { html } from './html.js';
import type { Html, Part } from './html.js';
import { ledger } from './ledger.js';
import { runsTable } from './runs-table.js';
import { scheduleText, scheduleTitle } from './schedule-text.js';
import { sentence } from './sentence.js';
import { shown } from './shown.js';
import { relative, settingText } from './times.js';
import { triggerNote } from './trigger-text.js';
import { badge } from './words.js';

/** One task: why it runs or does not run now, and what it has done. */
export function taskPage(view: TaskView): string {
  const { explanation, ticks, runs, next, actions, trigger, now, home } = view;
  const { task, name } = explanation;
  return documentOf(view, {
    heading: `${name} (${task.state})`,
    isLive: true,
    main: html`
      <nav class="crumb" aria-label="Breadcrumb"><a href="${home}">Tasks</a></nav>
      <div class="top">
      <div><h1>${shown(name)}</h1>
      ${region('state', html`<p class="lead">${badge(task.state)}${subtitle(task)}</p>`)}</div>
      ${region('actions', actionLinks(task, runs, view))}
      </div>
      ${region('trigger', trigger && triggerNote(trigger, now))}
      ${region('why', why(view))}
      <div class="columns"><div>
      ${card('ledger', 'Expected ticks', ticks.length > 0 ? ledger(ticks) : noTicks(task))}
      ${card('bars', 'Durations', runs.length > 0 ? bars(runs) : html`<p class="sub">No run is recorded.</p>`)}
      ${card('runs', 'Runs', runs.length > 0 ? runsTable(runs, now) : html`<p class="sub">No run is recorded.</p>`)}
      </div><aside aria-label="About the task">
      ${card('facts', 'At a glance', facts(task, now))}
      ${card('next', 'Next ticks', nextTicks(next, now))}
      ${card('acts', 'Who did what', whoDidWhat(actions, now))}
      </aside></div>`,
  });
}

function card(id: string, heading: string, content: Part): Html {
  return html`<section class="card"><h2 id="h-${id}">${heading}</h2>${region(id, content)}</section>`;
}

function subtitle({ member, application }: TaskState): Html {
  return html`
    ${member !== null && html` <code>${shown(member)}</code>`}
    ${application !== null && html` in ${shown(application)}`}`;
}

function why({ explanation, now }: TaskView): Html {
  const [first = '', ...rest] = explanation.sentences;
  const { unknown, task } = explanation;
  return html`
    <section class="why ${task.state}" aria-label="Explanation"><p class="first">${sentence(first, now)}</p>
    ${rest.map((each) => html`<p>${sentence(each, now)}</p>`)}
    ${
      unknown.length > 0 &&
      html`
      <details id="unknown"><summary>What the database cannot tell</summary>
      <ul>${unknown.map((each) => html`<li>${sentence(each, now)}</li>`)}</ul></details>`
    }
    </section>`;
}

function noTicks({ schedule }: TaskState): Html {
  const why =
    schedule === null
      ? 'It has no schedule'
      : 'No tick of it is known yet, or its timer runs at its own pace';
  return html`<p class="sub">${why}: only runs are recorded.</p>`;
}

function facts(task: TaskState, now: Date): Html {
  const { interval, minHold, maxHold, nextDue, lastSuccessAt, failuresInARow, requests } = task;
  const length = (value: number | null): Part => (value === null ? NONE : settingText(value));
  const instant = (value: string | null): Part => (value === null ? NONE : relative(value, now));
  const fact = (term: string, value: Part): Html => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  return html`
    <dl>${fact('Schedule', html`<span${scheduleTitle(task)}>${scheduleText(task)}</span>`)}${fact('Next due', instant(nextDue))}
    ${fact('Last success', instant(lastSuccessAt))}${fact('Failures in a row', failuresInARow)}
    ${fact('Interval', length(interval))}${fact('Minimum hold', length(minHold))}${fact('Maximum hold', length(maxHold))}
    ${fact('Requests waiting', requests.waiting)}${fact('Requests parked', requests.parked)}</dl>`;
}

const NONE = html`<i>–</i>`;

/** What the clock of the schedule's zone shows: `2026-03-29 03:00`, with seconds where a tick has some. */
function nextTicks(next: readonly NextTick[], now: Date): Html {
  if (next.length === 0) return html`<p class="sub">No tick lies ahead.</p>`;
  const end = next.some(({ localTime }) => localTime.slice(17, 19) !== '00') ? 19 : 16;
  const items = next.map(
    ({ tick, localTime }) =>
      html`<li><span>${localTime.slice(0, 10)} <b>${localTime.slice(11, end)}</b> <small>${localTime.slice(23)}</small></span>${relative(tick, now)}</li>`,
  );
  const zone = next[0]?.timeZone;
  return html`<ol class="next">${items}</ol>${zone != null && html`<p class="sub">${shown(zone)}</p>`}`;
}

function whoDidWhat(actions: readonly ActionState[], now: Date): Html {
  if (actions.length === 0) return html`<p class="sub">Nobody has steered it.</p>`;
  const items = actions.map(
    ({ id, action, by, at, reason, answer, error, name, key, until }) => html`
      <li id="act${id}"><b>${action}</b>${name === '*' && ' of all tasks'}${key !== null && html` of ${shown(key)}`} by ${shown(by)}
      <small>${relative(at, now)}${until !== null && html`, until ${relative(until, now)}`}
      ${answer !== null && html`, ${shown(answer)}`}</small>
      ${reason !== null && html`<q>${shown(reason)}</q>`}
      ${error !== null && html`<small class="bad">${shown(error)}</small>`}</li>`,
  );
  return html`<ol class="acts">${items}</ol>`;
}
