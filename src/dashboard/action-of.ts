import { badInput } from './fields.js';
import { DashboardProblem } from './problem.js';
import { DASHBOARD_ACTIONS } from './views.js';
import type { DashboardAction } from './views.js';
import type { Visitor } from './visitor.js';

export function actionOf(given: string | undefined): DashboardAction {
  const action = DASHBOARD_ACTIONS.find((each) => each === given);
  if (action) return action;
  const what = given === undefined ? 'it is missing' : `it is '${given.slice(0, 100)}'`;
  throw badInput(`action must be one of ${DASHBOARD_ACTIONS.join(', ')}; ${what}.`);
}

export function assertAllowed({ allowed, user }: Visitor, action: DashboardAction): void {
  if (!allowed.includes(action)) throw new DashboardProblem('forbidden', `${user} may not ${action} here.`);
}
