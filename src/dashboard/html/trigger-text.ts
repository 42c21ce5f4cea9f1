import type { TriggerState } from '../../operate/operator-types.js';
import { html } from './html.js';
import type { Html } from './html.js';
import { shown } from './shown.js';
import { relative } from './times.js';

/** What has become of the trigger that a user has just sent. */
export function triggerNote(trigger: TriggerState, now: Date): Html {
  const { tone, text } = described(trigger, now);
  return html`<div class="note ${tone}" role="status"><p>${text}</p></div>`;
}

function described(trigger: TriggerState, now: Date): { tone: string; text: Html } {
  switch (trigger.status) {
    case 'waiting':
      return {
        tone: 'busy',
        text: html`Your run waits for a replica; it expires ${relative(trigger.expiresAt, now)}.`,
      };
    case 'running': {
      const what = trigger.fence === null ? 'was taken by' : 'is in progress on';
      return { tone: 'busy', text: html`Your run ${what} ${shown(trigger.replica)}.` };
    }
    case 'expired':
      return {
        tone: 'bad',
        text:
          trigger.replica === null
            ? html`Your run did not begin: no replica took it in time. Is one of them up, with operatorPolling?`
            : html`Your run did not begin: ${shown(trigger.replica)} took it and has died, or was cut off. Run it again.`,
      };
    case 'skipped':
      return {
        tone: 'warn',
        text: html`Your run was skipped: ${shown(SKIPPED[trigger.reason] ?? trigger.reason)}.`,
      };
    case 'executed':
      return {
        tone: trigger.outcome === 'succeeded' ? 'good' : 'bad',
        text: html`Your run ${ended(trigger.outcome)}${trigger.error !== null && html`: ${shown(trigger.error)}`}.`,
      };
  }
}

const SKIPPED: Readonly<Record<string, string>> = {
  held: 'another run held the lock',
  done: 'it has run already',
  condition: 'its option when was not true on that replica',
  unavailable: 'the database gave that replica no answer in time',
  stopping: 'that replica was shutting down',
  paused: 'the task is paused',
};

function ended(outcome: string): string {
  if (outcome === 'lost') return 'went on after its lock was lost';
  return outcome === 'aborted' || outcome === 'cancelled' ? `was ${outcome}` : outcome;
}
