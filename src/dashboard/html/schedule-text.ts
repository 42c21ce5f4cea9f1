import type { TaskState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html, Part } from './html.js';
import { scheduleWords } from './schedule-words.js';
import { visible } from './shown.js';

/** A schedule in words with its zone, or the expression where words would be wrong. */
export function scheduleText({ schedule, timeZone }: Pick<TaskState, 'schedule' | 'timeZone'>): Html {
  if (schedule === null) return html`<i>no schedule</i>`;
  const words = scheduleWords(schedule);
  const zone = timeZone !== null && html`<small>${visible(timeZone)}</small>`;
  return html`${words ?? html`<code>${visible(schedule)}</code>`}${zone}`;
}

/** The attribute of the element around it, where the words stand in place of the expression. */
export function scheduleTitle({ schedule }: Pick<TaskState, 'schedule'>): Part {
  return schedule !== null && scheduleWords(schedule) !== undefined && html` title="${visible(schedule)}"`;
}
