import type { DashboardVisitor } from './dashboard-options.js';
import { DASHBOARD_ACTIONS } from './views.js';
import type { DashboardAction } from './views.js';

/** Somebody who may see the page. */
export interface Visitor {
  user: string;
  allowed: readonly DashboardAction[];
}

/** The longest name that the tables keep of whoever acts. */
const LONGEST_USER = 200;

/**
 * Whom `authorize` has let in; nothing where it answered `false`. Its shape decides: a truthy answer may be a mistake.
 *
 * @throws Error that says what to write, where it is neither
 */
export function visitorOf(answer: unknown): Visitor | undefined {
  if (answer === false) return undefined;
  const { user, canOperate } = (answer ?? {}) as Partial<Record<keyof DashboardVisitor, unknown>>;
  if (isUser(user) && (typeof canOperate === 'boolean' || isActions(canOperate)))
    return {
      user,
      allowed: typeof canOperate !== 'boolean' ? canOperate : canOperate ? DASHBOARD_ACTIONS : [],
    };
  throw new Error(
    `authorize of TaskLockDashboardModule must answer false, or { user, canOperate }: user a text of 1 to ${LONGEST_USER} ` +
      `characters, canOperate true, false or a list of ${DASHBOARD_ACTIONS.join(', ')}. Nobody is let in until it does.`,
  );
}

function isUser(user: unknown): user is string {
  return (
    typeof user === 'string' &&
    user.trim() !== '' &&
    user.length <= LONGEST_USER &&
    !user.includes('\0') &&
    user.isWellFormed()
  );
}

function isActions(actions: unknown): actions is readonly DashboardAction[] {
  const known: readonly unknown[] = DASHBOARD_ACTIONS;
  return Array.isArray(actions) && actions.every((each) => known.includes(each));
}
