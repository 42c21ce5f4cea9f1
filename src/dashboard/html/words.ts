import type { RunState, TaskCondition } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';

export type Outcome = RunState['outcome'];

/** How a run ended, as colour and shape tell it: well, stopped on purpose or on the way, or badly. */
export type Tone = 'ok' | 'stopped' | 'bad';

export const TONES: readonly Tone[] = ['ok', 'stopped', 'bad'];

export function toneOf(outcome: Outcome): Tone {
  if (outcome === 'succeeded') return 'ok';
  return outcome === 'aborted' || outcome === 'cancelled' ? 'stopped' : 'bad';
}

/** A state as a word, with a symbol and a colour of its own by the style sheet. */
export function badge(state: TaskCondition): Html {
  return html`<b class="s ${state}">${state}</b>`;
}

export function outcomeMark(outcome: Outcome): Html {
  return html`<span class="o ${toneOf(outcome)}">${outcome}</span>`;
}

/** How often each value comes, the most frequent first: `58 succeeded, 2 failed`. */
export function countsOf(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([value, count]) => `${count} ${value}`).join(', ');
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
