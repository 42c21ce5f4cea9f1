import type { PauseState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { shown } from './shown.js';
import { relative } from './times.js';

export function pauseEnd({ until }: PauseState, now: Date): Html {
  return until === null ? html`until it is resumed` : html`ends ${relative(until, now)}`;
}

export function pauseReason({ reason }: PauseState): Html {
  return html`${reason !== null && html`: “${shown(reason)}”`}`;
}
