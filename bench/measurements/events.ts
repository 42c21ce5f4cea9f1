import type { EventsAnswer, EventsCommand } from '../children/events.js';
import type { Effort } from '../effort.js';
import { ratioFinding } from '../goal.js';
import type { Finding } from '../goal.js';
import { inRounds } from '../samples.js';
import { startChild } from '../support/child.js';

const CALLS = 2_000;
const TURNS = 40;

/** Runs with the in-memory store: the code that publishes, and nothing that a database does. */
export async function measureEvents(effort: Effort): Promise<Finding[]> {
  const child = startChild<EventsCommand, EventsAnswer>('events');
  const turn = (events: EventsCommand['events']) => async () =>
    (await child.ask({ events, calls: CALLS })).cpu;
  try {
    const rounds = await inRounds(effort.turns(TURNS), {
      heard: turn('heard'),
      never: turn('never'),
      unheard: turn('unheard'),
    });
    return [
      ratioFinding(
        'CPU of a run with events that nobody listens to ÷ one that never asks for listeners',
        1.03,
        rounds.compare('unheard', 'never'),
        [`${CALLS} runs`, 'without'],
      ),
      ratioFinding(
        'CPU of a run with one subscriber ÷ one without listeners',
        undefined,
        rounds.compare('heard', 'unheard'),
        [`${CALLS} runs`, 'without'],
      ),
    ];
  } finally {
    await child.end();
  }
}
