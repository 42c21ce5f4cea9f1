import { TASK_CONDITIONS } from '../operate/operator-types.js';
import type { TaskCondition } from '../operate/operator-types.js';
import { badInput } from './fields.js';

/** The state that a list is filtered by. */
export function stateOf(given: string | undefined): TaskCondition | undefined {
  if (given === undefined) return undefined;
  const state = TASK_CONDITIONS.find((each) => each === given);
  if (state) return state;
  throw badInput(`state must be one of ${TASK_CONDITIONS.join(', ')}; it is '${given.slice(0, 100)}'.`);
}
