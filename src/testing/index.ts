export { LOCK_STORE } from '../task-lock.tokens.js';
export { attachTaskLock } from './attach-task-lock.js';
export { conformanceScenarios } from './conformance/index.js';
export type {
  ConformanceHarness,
  ConformanceScenario,
  ObservedRow,
} from './conformance/conformance-harness.js';
export { InMemoryLockStore } from './in-memory-lock-store.js';
export type { InMemoryLockRow } from './in-memory-lock-row.js';
export { TaskLockTestingModule } from './task-lock-testing.module.js';
