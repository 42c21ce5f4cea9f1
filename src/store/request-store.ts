import type { EntityManager } from 'typeorm';
import type { WantedSignal } from './wanted-signal.js';

/** A request as it is published. Durations are milliseconds, counted by the store's clock. */
export interface NewRequest {
  /** The lock that its run takes: the task's own, or that of one key. */
  name: string;
  task: string;
  key?: string;
  /** The arguments of the method, as the JSON text of an array. */
  args: string;
  /** How long from now it is due. */
  delay: number;
  /** Debounced: later requests of the name put it off, but it is due no later than so long from now. */
  maxDelay?: number;
}

/** What waits for one lock whose task is not running. */
export interface WaitingRequests {
  name: string;
  task: string;
  key?: string;
  count: number;
  /** Milliseconds until they are due; 0 or less where they are. */
  dueIn: number;
}

/** What a poll is for. */
export interface WaitingSearch {
  /** Due within so many milliseconds. */
  horizon: number;
  /** Only of these tasks. */
  tasks: readonly string[];
  /** Of none of these names: an attempt of theirs has just been in vain. */
  except: readonly string[];
}

/** Requests of a task that this replica does not have. */
export interface UnknownRequests {
  task: string;
  count: number;
  /** When the first was due. */
  since: Date;
}

/** Names the run that picks requests up, by the token of its claim. */
export interface RequestRun {
  name: string;
  token: string;
  /** After how many attempts a request is parked. */
  attempts: number;
}

/** What a run has picked up: all that is due of its name. */
export interface PickedUp {
  count: number;
  /** The newest arguments, as JSON text; none where nothing was due. */
  args?: string;
  /** How many are parked instead: all of their attempts died. */
  parked: number;
}

/**
 * How a run of requests ended. `aborted`: a shutdown cut it off, or it did not begin, which is no attempt. `cancelled`:
 * an operator asked it to stop, and nothing is retried.
 */
export interface SettledRun extends RequestRun {
  outcome: 'succeeded' | 'failed' | 'aborted' | 'cancelled';
  error?: string;
}

/** What became of the requests of a run that failed or was cancelled. */
export interface Settled {
  parked: number;
  /** Milliseconds until those that are not parked are due again. */
  retryIn?: number;
}

/**
 * Where requests wait, one row each: published, picked up by a run, and removed when that has succeeded. `pickUp` and
 * `settle` are called by the holder of the lock of that name.
 */
export interface RequestStore {
  /** Checks once, at start-up, that the store can be used for requests of these tasks. */
  prepare(tasks: readonly string[]): Promise<void>;
  /**
   * Adds requests, the newest last; with `manager` as part of its transaction. Never conflicts with another request.
   * What has not been sent when `signal` aborts must not be sent. Resolves to when they were added, by the store's clock.
   */
  add(requests: readonly NewRequest[], manager?: EntityManager, signal?: WantedSignal): Promise<Date>;
  /**
   * What is due for locks that nobody holds, the longest due first. It may answer some names of each task, but it must
   * answer some of every task: many names of one must not hide another.
   */
  waiting(search: WaitingSearch, signal?: WantedSignal): Promise<WaitingRequests[]>;
  /** What has been due for so many milliseconds, of tasks that are none of these. */
  unknown(tasks: readonly string[], dueFor: number): Promise<UnknownRequests[]>;
  /**
   * Marks all that is due with the token of a run, and counts the attempt. Finds nothing once the run has lost its lock.
   * `before` is given for a call that serves requests along: only those added earlier, and failed ones due or not.
   * What has not been sent when `signal` aborts must not be sent. Leaves rows that somebody has locked by hand.
   */
  pickUp(run: RequestRun, before?: Date, signal?: WantedSignal): Promise<PickedUp>;
  /** Removes what the run has picked up, makes it due for a retry, or parks it. Has the same answer when it is repeated. */
  settle(run: SettledRun): Promise<Settled>;
}

/** How many times the delay of retries grows at most: a higher power would overflow. */
export const MOST_GROWTHS = 10;

/** Backoff in milliseconds: the first retry comes soon, and each further one after four times as long. */
export const FIRST_RETRY = 1_000;
export const RETRY_FACTOR = 4;
export const LONGEST_RETRY = 3_600_000;

/** The error of a request whose runs all died. */
export const DIED = 'its runs did not end: their replicas died, or lost the lock or the database';
