import { TASK_CONDITIONS } from '../../operate/operator-types.js';
import type { PauseState, RunState, TaskCondition, TaskState } from '../../operate/operator-types.js';
import type { ListView } from '../views.js';
import { documentOf, region } from './document.js';
import { html } from './html.js';
import type { Html, Part } from './html.js';
import { confirmLink, listLink, taskLink } from './links.js';
import { pauseEnd, pauseReason } from './pause-text.js';
import { scheduleText, scheduleTitle } from './schedule-text.js';
import { shown } from './shown.js';
import { strip } from './strip.js';
import { durationText, lengthOf, relative } from './times.js';
import { badge, outcomeMark, plural } from './words.js';

/** The states in the order in which somebody must look at them. */
const FILTERS: readonly TaskCondition[] = ['overdue', 'died', 'running', 'paused', 'undeclared', 'idle'];

/** Every task, in pages. */
export function listPage(view: ListView): string {
  const { tasks, filter, counts } = view;
  const attention = counts.overdue + counts.died;
  const page = tasks.pages > 1 ? `, page ${tasks.page} of ${tasks.pages}` : '';
  const what = filter === undefined ? 'Tasks' : `Tasks: ${filter}`;
  return documentOf(view, {
    heading: `${attention > 0 ? `(${attention}) ` : ''}${what}${page}`,
    isLive: true,
    main: html`
      <div class="top">
      <div><h1>Tasks</h1>${region('sum', summary(view))}</div>
      ${region('all', forAll(view))}
      </div>
      ${region('filters', filters(view))}
      ${region('list', tasks.items.length === 0 ? nothing(view) : table(view))}
      ${region('pager', pager(view))}`,
  });
}

function totalOf({ counts }: ListView): number {
  return TASK_CONDITIONS.reduce((sum, state) => sum + counts[state], 0);
}

function summary(view: ListView): Html {
  const { overdue, died, running } = view.counts;
  const trouble = [overdue > 0 && `${overdue} overdue`, died > 0 && `${died} died`]
    .filter(Boolean)
    .join(', ');
  const rest = `${plural(totalOf(view), 'task')}, ${running} running`;
  return html`<p class="lead">${trouble && html`<strong class="bad">${trouble}</strong> · `}${rest}</p>`;
}

/** What can be done to all tasks, and whether somebody has. */
function forAll(view: ListView): Part {
  const { pause } = view;
  const action = pause ? 'resume' : 'pause';
  const link = confirmLink(view, action, { name: '*' });
  return [
    pause && html`<p class="note warn">All tasks are ${pausedBy(pause, view)}</p>`,
    totalOf(view) > 0 &&
      view.allowed.includes(action) &&
      html`<a class="btn" href="${link}">${pause ? 'Resume' : 'Pause'} all tasks</a>`,
  ];
}

function pausedBy(pause: PauseState, { now }: ListView): Html {
  return html`
    paused by ${shown(pause.by)} ${relative(pause.since, now)}, ${pauseEnd(pause, now)}${pauseReason(pause)}.`;
}

function filters(view: ListView): Html {
  const link = (state: TaskCondition | undefined, count: number): Html => html`
    <li><a href="${listLink(view, state)}"${view.filter === state && html` aria-current="true"`}>
    ${state === undefined ? 'All' : html`<span class="s ${state}">${state}</span>`} <b>${count}</b></a></li>`;
  return html`
    <nav aria-label="Tasks by state"><ul class="filters">
    ${link(undefined, totalOf(view))}${FILTERS.map((state) => link(state, view.counts[state]))}
    </ul></nav>`;
}

function table(view: ListView): Html {
  return html`
    <table class="tasks"><caption class="vh">Tasks, overdue and died ones first</caption>
    <thead><tr><th scope="col">Task</th><th scope="col">State</th><th scope="col">Schedule</th>
    <th scope="col">Last 60 runs</th><th scope="col">Last run</th><th scope="col">Next due</th></tr></thead>
    <tbody>${view.tasks.items.map((task) => row(task, view))}</tbody></table>`;
}

function row(task: TaskState, view: ListView): Html {
  const { name, member, state, running, nextDue, lastRun } = task;
  return html`
    <tr id="${rowId(name)}">
    <th scope="row"><a href="${taskLink(view, name)}">${shown(name)}</a>
    ${member !== null && html`<small>${shown(member)}</small>`}</th>
    <td>${badge(state)}${running && html` <span class="sub">for ${relative(running.since, view.now, 'for')}</span>`}${details(task, view.now)}</td>
    <td${scheduleTitle(task)}>${scheduleText(task)}</td>
    <td>${strip(view.recent.get(name) ?? [])}</td>
    <td>${lastRun ? lastRunCell(lastRun, task, view.now) : NONE}</td>
    <td>${nextDue === null ? NONE : relative(nextDue, view.now)}</td></tr>`;
}

/** With a colon, which no other id has: a task may be called `pager`. */
function rowId(name: string): string {
  return `:${encodeURIComponent(name.toWellFormed())}`;
}

const NONE = html`<i>–</i>`;

/** What is worth knowing of a task in this state: one line while it runs, so that its row is as high when it does not. */
function details(task: TaskState, now: Date): Html[] {
  const { state, running, paused, overdueByMs, requests, lastRun } = task;
  const lease =
    running?.leaseEndsAt != null && html`lease ${relative(running.leaseEndsAt, now, 'left')} left, `;
  const lines: Part[] = [
    running && html`${lease}on ${shown(running.replica)}`,
    state === 'died' && lastRun?.outcome === 'died' && html`on ${shown(lastRun.replica)}`,
    overdueByMs !== null && `${lengthOf(overdueByMs)} late`,
    state === 'undeclared' && 'not in the newest code',
    paused && html`${state !== 'paused' && 'paused, '}${pauseEnd(paused, now)}, by ${shown(paused.by)}`,
    requests.waiting > 0 && `${plural(requests.waiting, 'request')} waiting`,
    requests.parked > 0 && html`<b class="stopped">${plural(requests.parked, 'request')} parked</b>`,
  ];
  return lines.filter(Boolean).map((line) => html`<small>${line}</small>`);
}

function lastRunCell(run: RunState, { failuresInARow }: TaskState, now: Date): Html {
  const took = run.durationMs === null ? '' : `${durationText(run.durationMs)} `;
  return html`
    ${outcomeMark(run.outcome)} ${relative(run.finishedAt ?? run.startedAt, now)}
    <small>${took}on ${shown(run.replica)}</small>
    ${failuresInARow > 1 && html`<small class="bad">failed ${failuresInARow} times in a row</small>`}`;
}

function nothing(view: ListView): Html {
  const { filter, home } = view;
  if (filter !== undefined && totalOf(view) > 0)
    return html`<div class="card empty"><h2>No task is ${filter}</h2><p><a href="${home}">Show all tasks</a></p></div>`;
  return html`
    <div class="card empty"><h2>No task yet</h2>
    <p>Decorate a method with <code>@TaskLock('clean-up')</code> and start the application.${' '}
    Its tasks stand here a second later.</p></div>`;
}

function pager(view: ListView): Part {
  const { page, pages, total, items } = view.tasks;
  if (pages < 2) return null;
  const first = (page - 1) * 50 + 1;
  const link = (to: number, text: string, rel: string): Html =>
    to < 1 || to > pages
      ? html`<span class="btn" aria-disabled="true">${text}</span>`
      : html`<a class="btn" rel="${rel}" href="${listLink(view, view.filter, to)}">${text}</a>`;
  return html`
    <nav class="pager" aria-label="Pages">${link(page - 1, 'Previous', 'prev')}
    <span>${first} to ${first + items.length - 1} of ${total}</span>${link(page + 1, 'Next', 'next')}</nav>`;
}
