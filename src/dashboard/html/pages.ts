import { SCRIPT } from '../script.js';
import { STYLE } from '../style.js';
import type { AnswerView, ConfirmView, ListView, MessageView, TaskView } from '../views.js';
import { html } from './html.js';
import type { Html } from './html.js';

function page(title: string, body: Html): string {
  const head = html`<meta charset="utf-8" /><title>${title}</title>`;
  return `<!doctype html><html lang="en"><head>${head.toString()}<style>${STYLE}</style></head><body>${body.toString()}<script>${SCRIPT}</script></body></html>`;
}

export function listPage(view: ListView): string {
  const rows = view.tasks.items.map(
    ({ name, state }) =>
      html`<li><a href="${view.base}task?name=${encodeURIComponent(name)}">${name}</a> ${state}</li>`,
  );
  return page(
    view.title,
    html`<main>
      <h1>Tasks</h1>
      <ul>
        ${rows}
      </ul>
    </main>`,
  );
}

export function taskPage(view: TaskView): string {
  const { name, sentences } = view.explanation;
  return page(
    name,
    html`<main>
      <h1>${name}</h1>
      ${sentences.map((each) => html`<p>${each}</p>`)}
    </main>`,
  );
}

export function confirmPage(view: ConfirmView): string {
  return page(
    view.action,
    html`<main>
      <form method="post" action="${view.base}act">
        <input type="hidden" name="action" value="${view.action}" />
        <input type="hidden" name="name" value="${view.name}" /><button>${view.action}</button>
      </form>
    </main>`,
  );
}

export function answerPage(view: AnswerView): string {
  return page(
    view.heading,
    html`<main>
      <h1>${view.heading}</h1>
      ${view.sentences.map((each) => html`<p>${each}</p>`)}
    </main>`,
  );
}

export function messagePage(view: MessageView): string {
  return page(
    view.heading,
    html`<main>
      <h1>${view.heading}</h1>
      ${view.sentences.map((each) => html`<p>${each}</p>`)}
    </main>`,
  );
}
