import type { EntityManager } from 'typeorm';
import type { WantedSignal } from './wanted-signal.js';

/** A request as it is written down. Durations are milliseconds, counted by the store's clock. */
export interface NewRequest {
  /** The lock that its run takes: the task's own, or that of one key. */
  name: string;
  task: string;
  key?: string;
  /** The arguments of the method, as the JSON text of an array. */
  args: string;
  /** How long from now it is due. */
  delay: number;
  /** Given where later requests of the name put it off: how long from now it is due in any case. */
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

/** What is looked for. */
export interface WaitingSearch {
  /** Due within so many milliseconds. */
  horizon: number;
  /** Of these tasks. */
  tasks: readonly string[];
  /** And none of these names: locks that are known to be held. */
  except: readonly string[];
}

/** Requests of a task that is none of those that were named. */
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
  /** How often a request is tried before it is parked. */
  attempts: number;
}

/** What a run has found: all that is due of its name, and of that the newest arguments. */
export interface PickedUp {
  count: number;
  /** The JSON text of the arguments of the newest; none where nothing was due. */
  args?: string;
  /** How many had been tried too often without an end, and are parked: their runs died. */
  parked: number;
}

/** How the run of requests ended. `aborted`: a shutdown cut it off, which is no attempt. */
export interface SettledRun extends RequestRun {
  outcome: 'succeeded' | 'failed' | 'aborted';
  error?: string;
}

/** What became of the requests of a run that failed. */
export interface Settled {
  parked: number;
  /** Milliseconds until those that are not parked are due again. */
  retryIn?: number;
}

/**
 * Where requests wait: one row each, which is added, picked up by the run that serves it, and removed when that has
 * succeeded. Adding one conflicts with nothing. All but `add` are called by the holder of the lock of that name.
 */
export interface RequestStore {
  /** Checks once, at start-up, that the store can be used. */
  prepare(): Promise<void>;
  /**
   * Adds requests, the newest last; with `manager` as part of its transaction. What has not been sent when `signal` is
   * aborted must not be sent any more. Answers the instant of the store's clock at which they were asked for.
   */
  add(requests: readonly NewRequest[], manager?: EntityManager, signal?: WantedSignal): Promise<Date>;
  /**
   * What is due for locks that nobody holds, the longest due first. It may answer only the first names of each task, but
   * those of every task: many names of one must not hide another.
   */
  waiting(search: WaitingSearch, signal?: WantedSignal): Promise<WaitingRequests[]>;
  /** What has been due for so many milliseconds, of tasks that are none of these. */
  unknown(tasks: readonly string[], dueFor: number): Promise<UnknownRequests[]>;
  /**
   * Marks all that is due with the token of a run, and counts the attempt: nothing where the run does not hold its lock
   * any more. With `before`, the instant of the store's clock at which a call was made that is served now, all that was
   * asked for before it, and what failed before whether it is due or not. What has not been sent when `signal` is aborted
   * must not be sent any more. What somebody else has locked by hand is left for a later run.
   */
  pickUp(run: RequestRun, before?: Date, signal?: WantedSignal): Promise<PickedUp>;
  /** Removes exactly what the run has picked up, or lets it wait for the next attempt, or parks it. Told again, it answers the same. */
  settle(run: SettledRun): Promise<Settled>;
}

/** Of the retries, how many times their delay has grown at most: what is raised to a higher power overflows. */
export const MOST_GROWTHS = 10;

/** Milliseconds until the next attempt: the first comes soon, and each further one after four times as long. */
export const FIRST_RETRY = 1_000;
export const RETRY_FACTOR = 4;
export const LONGEST_RETRY = 3_600_000;

/** What the error of a request says whose runs died each time. */
export const DIED = 'its runs did not end: their replicas died, or lost the lock or the database';
