export { TaskLockOpenTelemetryModule } from './telemetry/open-telemetry.module.js';
export type { TaskLockOpenTelemetryOptions } from './telemetry/open-telemetry.module.js';
