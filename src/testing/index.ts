export { LOCK_CLOCK, LOCK_STORE } from '../nest/task-lock.tokens.js';
export { attachTaskLock } from './attach-task-lock.js';
export { conformanceScenarios } from './conformance/index.js';
export type {
  ConformanceHarness,
  ConformanceScenario,
  ObservedRow,
} from './conformance/conformance-harness.js';
export { InMemoryLockStore } from '../store/memory/memory-lock-store.js';
export type { InMemoryLockRow } from '../store/memory/memory-lock-row.js';
export { ManualClock } from './manual-clock.js';
export { TaskLockTestingModule } from './task-lock-testing.module.js';
export type { TaskLockTestingOptions } from './task-lock-testing.module.js';
