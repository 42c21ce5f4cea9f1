import type { Page, TaskCondition, TaskState } from './operator-types.js';

export const PAGE_SIZE = 50;

/** What somebody must look at stands first. */
const FIRST: readonly TaskCondition[] = ['overdue', 'died'];

/** One page of the states, overdue and died ones first, then by name. A page behind the last one is the last one. */
export function pageOf(states: readonly TaskState[], page: number): Page<TaskState> {
  const sorted = [...states].sort(
    (one, other) => rankOf(one) - rankOf(other) || (one.name < other.name ? -1 : 1),
  );
  const pages = Math.max(Math.ceil(sorted.length / PAGE_SIZE), 1);
  const shown = Math.min(page, pages);
  const items = sorted.slice((shown - 1) * PAGE_SIZE, shown * PAGE_SIZE);
  return { items, page: shown, pages, total: sorted.length };
}

function rankOf({ state }: TaskState): number {
  const rank = FIRST.indexOf(state);
  return rank < 0 ? FIRST.length : rank;
}
