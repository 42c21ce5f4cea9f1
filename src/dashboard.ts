export { TaskLockDashboardModule } from './dashboard/dashboard.module.js';
export type {
  DashboardRequest,
  DashboardVisitor,
  TaskLockDashboardOptions,
} from './dashboard/dashboard-options.js';
export type { DashboardAction } from './dashboard/views.js';
