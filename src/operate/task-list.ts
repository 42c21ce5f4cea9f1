import { ALL_TASKS } from '../store/operator-store.js';
import { TASK_CONDITIONS } from './operator-types.js';
import type { Page, PauseState, TaskCondition, TaskState } from './operator-types.js';

export const PAGE_SIZE = 50;

/** What somebody must look at stands first. */
const FIRST: readonly TaskCondition[] = ['overdue', 'died'];

/**
 * One page of the states, overdue and died ones first, then by name; only those in one state, if one is given. A page
 * behind the last one is the last one.
 */
export function pageOf(states: readonly TaskState[], page: number, wanted?: TaskCondition): Page<TaskState> {
  const sorted = states
    .filter(({ state }) => wanted === undefined || state === wanted)
    .sort((one, other) => rankOf(one) - rankOf(other) || (one.name < other.name ? -1 : 1));
  const pages = Math.max(Math.ceil(sorted.length / PAGE_SIZE), 1);
  const shown = Math.min(page, pages);
  const items = sorted.slice((shown - 1) * PAGE_SIZE, shown * PAGE_SIZE);
  return { items, page: shown, pages, total: sorted.length };
}

export function countsOf(states: readonly TaskState[]): Record<TaskCondition, number> {
  const counts = Object.fromEntries(TASK_CONDITIONS.map((state) => [state, 0])) as Record<
    TaskCondition,
    number
  >;
  for (const { state } of states) counts[state]++;
  return counts;
}

/** The pause of all tasks; those that are paused by themselves for longer tell only of their own. */
export function pauseOfAll(states: readonly TaskState[]): PauseState | null {
  return states.find(({ paused }) => paused?.name === ALL_TASKS)?.paused ?? null;
}

function rankOf({ state }: TaskState): number {
  const rank = FIRST.indexOf(state);
  return rank < 0 ? FIRST.length : rank;
}
