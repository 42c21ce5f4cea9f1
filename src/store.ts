export { LockStoreUnavailableError } from './common/store-unavailable.error.js';
export type {
  ClaimAnswer,
  ClaimRequest,
  HeldLockKey,
  LastHolder,
  LockStore,
  Outcome,
  PreviousRun,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
  TickRequest,
  WonAnswer,
} from './store/lock-store.js';
export type { WantedSignal } from './store/wanted-signal.js';
export { PostgresLockStore } from './store/postgres/postgres-lock-store.js';
export type { PostgresLockStoreOptions } from './store/postgres/postgres-lock-store.js';
export type {
  NewRequest,
  PickedUp,
  RequestRun,
  RequestStore,
  Settled,
  SettledRun,
  UnknownRequests,
  WaitingRequests,
  WaitingSearch,
} from './store/request-store.js';
