import type { TaskCondition } from '../../operate/operator-types.js';
import type { DashboardAction, Frame } from '../views.js';

export function taskLink({ base }: Pick<Frame, 'base'>, name: string): string {
  return `${base}task?${queryOf({ name })}`;
}

export interface ActionTarget {
  name: string;
  fence?: string;
  key?: string | null;
  force?: boolean;
}

/** The page that says what an action will do, before it does. */
export function confirmLink(
  { base }: Pick<Frame, 'base'>,
  action: DashboardAction,
  target: ActionTarget,
): string {
  const { name, fence, key, force } = target;
  return `${base}confirm?${queryOf({ action, name, fence, key: key ?? undefined, force: force ? '1' : undefined })}`;
}

export function listLink({ home }: Pick<Frame, 'home'>, state?: TaskCondition, page?: number): string {
  const query = queryOf({ state, page: page === undefined || page === 1 ? undefined : String(page) });
  return query === '' ? home : `${home}?${query}`;
}

export function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      value === undefined ? [] : `${name}=${encodeURIComponent(value.toWellFormed())}`,
    )
    .join('&');
}
