import type { AnswerView, MessageView } from '../views.js';
import { documentOf } from './document.js';
import { html } from './html.js';
import { taskLink } from './links.js';
import { sentence } from './sentence.js';
import { shown, visible } from './shown.js';

/** What an action has answered. */
export function answerPage(view: AnswerView): string {
  const { name, heading, sentences, tone, home, now } = view;
  const isAll = name === '*';
  return documentOf(view, {
    heading,
    main: html`
      <nav class="crumb" aria-label="Breadcrumb"><a href="${home}">Tasks</a>
      ${!isAll && html`<a href="${taskLink(view, name)}">${shown(name)}</a>`}</nav>
      <div class="card ask answer ${tone}"><h1>${visible(heading)}</h1>
      ${sentences.map((each) => html`<p>${sentence(each, now)}</p>`)}
      <p class="buttons"><a class="btn main" href="${isAll ? home : taskLink(view, name)}">${isAll ? 'See the tasks' : 'See the task'}</a>
      ${!isAll && html`<a class="quiet" href="${home}">All tasks</a>`}</p></div>`,
  });
}

/** A page without data: no such task, bad input, no database. */
export function messagePage(view: MessageView): string {
  const { heading, sentences, retryAfter, home } = view;
  return documentOf(view, {
    heading,
    retryAfter,
    main: html`
      <div class="card ask message"><h1>${visible(heading)}</h1>
      ${sentences.map((each) => html`<p>${visible(each)}</p>`)}
      ${retryAfter !== undefined && html`<p class="sub">This page asks again every ${retryAfter} seconds.</p>`}
      <p class="buttons"><a class="btn" href="${home}">All tasks</a></p></div>`,
  });
}
