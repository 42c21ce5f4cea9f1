import { oncePerProcess } from '../common/process-state.js';

/** The settings of one dashboard: another copy of this package finds them by the same token. */
export const DASHBOARD_SETTINGS = oncePerProcess('dashboard token', () =>
  Symbol('a dashboard of nestjs-task-lock'),
);
