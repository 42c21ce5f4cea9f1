import type { EntityManager } from 'typeorm';
import type { OperatorStore } from './operator-store.js';
import type { RunFacts, RunTrigger } from './recorded-run.js';
import type { RequestStore } from './request-store.js';
import type { WantedSignal } from './wanted-signal.js';

/**
 * What a claim asks for.
 *
 * - `scheduled`: a tick that every replica computes alike, from a cron expression or a given date. With a
 *   `catchupWindow` the tick may have been missed. It is granted if it is no older than so many milliseconds, and if the
 *   name had its row when the tick was due. A name without a row has missed nothing.
 * - `kept`: the next tick of an `@Interval`. Replicas share no instant, so the row keeps the tick.
 * - `abandoned`: the tick of a run that died in the middle, whichever it is, if that run was claimed with `recover`.
 * - `call`: no tick. A direct call, or a task without a schedule.
 */
export type TickRequest =
  | { kind: 'scheduled'; scheduledTime: Date; catchupWindow?: number }
  | { kind: 'kept'; interval: number }
  | { kind: 'abandoned' }
  | { kind: 'call' };

/** One attempt to take a row. All durations are milliseconds. */
export interface ClaimRequest {
  name: string;
  /** The task, by which it is paused: its name differs from that of the lock where it has a key. */
  task: string;
  /** Kept in the row while the run is in progress: a dead call must not be taken for a tick. */
  trigger: RunTrigger;
  /** True: an operator wants this run though the task is paused. */
  evenIfPaused?: boolean;
  /** A uuid, new for every claim. Sent again with the same token, it is the same claim. */
  token: string;
  /** The replica that claims: what the others are told as `heldBy`. */
  replica: string;
  tick: TickRequest;
  /** True: if the run dies, its tick may run again, once. */
  recover: boolean;
  /** The claimer's own minimum hold, 0 for none. It counts from the last tick, for a `call` from the last start. */
  minHold: number;
  /** How far ahead `locked_until` is set. */
  lease: number;
  /** How early, by the store's clock, a scheduled tick may be granted. */
  tolerance: number;
}

/** A run that did not finish: its replica died, or a shutdown aborted it. */
export interface PreviousRun {
  /** The replica that ran it. */
  replica: string;
  /** By the store's clock. */
  startedAt: Date;
  fence: bigint;
  /** Why it began; unknown of a run that an older version began. */
  trigger?: RunTrigger;
}

export interface WonAnswer {
  status: 'won';
  now: number;
  fence: bigint;
  startedAt: Date;
  scheduledTime?: Date;
  lockedUntil: Date;
  /** True if this claim repeats the tick of a run that died in the middle. */
  recovering: boolean;
  /** The tick before, if there was one. A repeated send no longer knows it. */
  lastTick?: Date;
  /** The run before, if it did not finish. A repeated send may no longer know it. */
  previous?: PreviousRun;
  /** True: the run before did not die. A shutdown aborted it, or its claim was returned. Its tick may be recovered. */
  leftOpen?: boolean;
  /** The end of the last pause: what was due before it is not reported as missed. Only where missed ticks count. */
  resumedAt?: Date;
}

/**
 * The answer to one claim. `now` is the store's clock in epoch milliseconds: replicas compare their own with it. `held`
 * is a run in progress, or the minimum hold. The application never sees `busy` and `early`: they are attempted again.
 */
export type ClaimAnswer =
  | WonAnswer
  | { status: 'held'; now: number; inProgress: boolean; heldBy?: string; heldUntil?: Date }
  | { status: 'done'; now: number; lastTick?: Date; resumedAt?: Date }
  | { status: 'paused'; now: number }
  | { status: 'early'; now: number; dueIn: number }
  | { status: 'busy'; now?: number };

/** Names a run: renewals and releases act only on the row that carries its token. */
export interface HeldLockKey {
  name: string;
  token: string;
}

export interface RenewRequest extends HeldLockKey {
  lease: number;
  /** The lease never reaches further than this from the start of the run. */
  maxHold: number;
}

/** Somebody asked the run to stop. It keeps its lock until it settles. */
export interface Cancellation {
  by: string;
  reason?: string;
}

export type RenewAnswer =
  | { status: 'renewed'; now: number; lockedUntil: Date; cancelled?: Cancellation }
  | { status: 'lost'; now: number }
  | { status: 'busy'; now?: number };

/**
 * How a run ended. `returned`: the claim was given up before the method ran, and its tick can be claimed again.
 * `aborted`: a shutdown aborted the run, and its tick may be recovered at once. `cancelled`: an operator asked it to
 * stop, and its tick is not recovered.
 */
export type Outcome = 'succeeded' | 'failed' | 'returned' | 'aborted' | 'cancelled';

export interface ReleaseRequest extends HeldLockKey {
  /** As it was claimed. The hold that the released row shows counts from the tick, or for a `call` from the start. */
  tick: TickRequest['kind'];
  minHold: number;
  /** How far a returned tick moves `last_tick` back: this tick can then be claimed again, and no older one. */
  stepBack: number;
  outcome: Outcome;
  error?: string;
  /** True: must survive a crash of the store. A finished tick that may be recovered would otherwise run again. */
  durable: boolean;
  /** Recorded in the history along with the release; as `lost` where the row belongs to another run by now. */
  run?: RunFacts;
}

/** `gone`: the row carries another token or is finished, and nothing was changed. */
export interface ReleaseAnswer {
  status: 'released' | 'gone' | 'busy';
  now?: number;
}

/** The last run of a lock. */
export interface LastHolder {
  name: string;
  /** The replica that ran it. */
  heldBy: string;
  /** When that run started, by the store's clock. */
  startedAt: Date;
}

/** Which rows of keys may be removed. */
export interface PurgeRequest {
  /** What their names begin with. */
  prefix: string;
  /** Milliseconds since their run, their lease and their minimum hold ended. */
  unusedFor: number;
}

/**
 * Where locks are kept: one row for each lock name, with times by the store's own clock. Answers stand in the order of
 * the requests, and a call names each lock once. `conformanceScenarios` from `nestjs-task-lock/testing` checks a store.
 *
 * A method rejects with `LockStoreUnavailableError` where the same request may succeed later, and with any other
 * error where it will not.
 *
 * The optional members say what a store can do beyond locking. A store that wraps another one passes them on.
 */
export interface LockStore {
  /** Checks at start-up that the store can be used, and makes the rows of the declared tasks. */
  prepare(names: readonly string[]): Promise<void>;
  /**
   * Takes what is free, and never waits for a row. A request that is not sent yet when `signal` aborts must not be sent
   * any more. One that was sent keeps its answer, which may be a win that has to be returned.
   */
  claim(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]>;
  /** Moves the lease of runs that still hold their lock. */
  renew(held: readonly RenewRequest[], signal?: WantedSignal): Promise<RenewAnswer[]>;
  /** Ends runs by their token, also after their lease. */
  release(held: readonly ReleaseRequest[], signal?: WantedSignal): Promise<ReleaseAnswer[]>;
  /** True: what is asked for together is sent in one call, and the store's clock is compared. */
  readonly batches?: boolean;
  /** Where requests wait for their run. Without it tasks cannot be requested. */
  readonly requests?: RequestStore;
  /** History, pauses, and all that an operator sees and does. Without it nothing is recorded, and nobody can steer. */
  readonly operator?: OperatorStore;
  /**
   * Checks inside the transaction of `manager`, as its last statement, that a run still holds its lock, and keeps it
   * held until the commit. The server ends a transaction that does not commit within `timeout` milliseconds. Without it
   * `run.transaction()` throws, since it could not be fenced.
   */
  holdThroughCommit?(manager: EntityManager, held: HeldLockKey, timeout: number): Promise<boolean>;
  /** Who ran these locks last. Names that have never run are left out. */
  lastHolders?(names: readonly string[]): Promise<LastHolder[]>;
  /** Removes rows of keys that are no longer used and never lets a fence go back. Resolves to how many it removed. */
  purge?(request: PurgeRequest): Promise<number>;
}

/** The part of a store that claims, renews and releases: all that the locks of a replica need. */
export type LockRows = Pick<LockStore, 'claim' | 'renew' | 'release' | 'purge'>;
