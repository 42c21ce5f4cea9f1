import type { TaskState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { scheduleWords } from './schedule-words.js';
import { visible } from './shown.js';

/** A schedule in words with its zone; the expression itself stands in the title, and alone where words would be wrong. */
export function scheduleText({ schedule, timeZone }: Pick<TaskState, 'schedule' | 'timeZone'>): Html {
  if (schedule === null) return html`<i>no schedule</i>`;
  const words = scheduleWords(schedule);
  const zone = timeZone !== null && html`<small>${visible(timeZone)}</small>`;
  if (words === undefined) return html`<code>${visible(schedule)}</code>${zone}`;
  return html`<span title="${visible(schedule)}">${words}</span>${zone}`;
}
