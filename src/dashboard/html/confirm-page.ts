import type { ConfirmView } from '../views.js';
import { confirmation } from './confirm-text.js';
import { documentOf } from './document.js';
import { html } from './html.js';
import type { Html, Part } from './html.js';
import { confirmLink, queryOf, taskLink } from './links.js';
import { shown } from './shown.js';

/** A form that says what will happen, before it does. */
export function confirmPage(view: ConfirmView): string {
  const { name, home, action, fence, key } = view;
  const { heading, sentences, warning, button, reason, isDangerous } = confirmation(view);
  const isAll = name === '*';
  const back = isAll ? home : taskLink(view, name);
  return documentOf(view, {
    heading: `${action}: ${isAll ? 'all tasks' : name}`,
    main: html`
      <nav class="crumb" aria-label="Breadcrumb"><a href="${home}">Tasks</a>${!isAll && html`<a href="${back}">${shown(name)}</a>`}</nav>
      <div class="card ask"><h1>${heading}</h1>
      <ul class="says">${sentences.map((each) => html`<li>${each}</li>`)}</ul>
      ${warning && html`<p class="note warn">${warning}</p>`}
      ${
        button === undefined
          ? html`
          <p class="buttons"><a class="btn" href="${confirmLink(view, 'cancel', { name, fence, key })}">Cancel the run</a>
          <a class="btn risky" href="${confirmLink(view, 'release', { name, fence, key, force: true })}">Release by force</a>
          <a class="quiet" href="${back}">Back</a></p>`
          : html`
          <form method="post" action="${addressOf(view)}">${hiddenFields(view)}
          ${action === 'pause' && howLong(view)}
          ${reason && reasonField(reason)}
          <p class="buttons"><button class="btn ${isDangerous ? 'danger' : 'main'}">${button}</button>
          <a class="quiet" href="${back}">Do nothing</a></p></form>`
      }
      </div>`,
  });
}

/** A form makes CRLF of a line break in a field, and the address keeps it. */
function addressOf({ base, name, key }: ConfirmView): string {
  return /[\r\n]/.test(`${name}${key ?? ''}`) ? `${base}act?${queryOf({ name, key })}` : `${base}act`;
}

function hiddenFields({ action, name, fence, key, force, task }: ConfirmView): Html[] {
  const isOfRun = action === 'cancel' || action === 'release';
  const fields = {
    action,
    name,
    fence: isOfRun ? (fence ?? task?.running?.fence ?? task?.lastRun?.fence) : undefined,
    key: isOfRun ? (key ?? (fence === undefined ? task?.running?.key : undefined) ?? undefined) : undefined,
    force: action === 'release' && force ? '1' : undefined,
  };
  return Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [html`<input type="hidden" name="${field}" value="${value}">`],
  );
}

function howLong({ now }: ConfirmView): Html {
  const choice = (value: string, text: Part, isChecked = false): Html => html`
    <label><input type="radio" name="for" value="${value}"${isChecked && html` checked`}> ${text}</label>`;
  const minute = new Date(Math.ceil(now.getTime() / 3_600_000) * 3_600_000).toISOString().slice(0, 16);
  return html`
    <fieldset><legend>For how long?</legend>
    ${choice('1h', '1 hour', true)}${choice('8h', '8 hours')}${choice('24h', '24 hours')}
    ${choice('until', 'Until a time:')}
    <input type="datetime-local" name="until" aria-label="Until, in UTC" min="${now.toISOString().slice(0, 16)}" value="${minute}"> UTC
    ${choice('', 'Until somebody resumes it')}</fieldset>`;
}

function reasonField(reason: 'required' | 'optional'): Html {
  const isRequired = reason === 'required';
  return html`
    <label class="field">Why?${!isRequired && html` <small>optional</small>`}
    <input name="reason" maxlength="500" autocomplete="off"${isRequired && html` required`} placeholder="For whoever looks later"></label>`;
}
