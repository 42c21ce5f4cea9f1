import { channel } from 'node:diagnostics_channel';
import { types } from 'node:util';
import type { LockClock } from '../common/clock.js';
import { thrownText } from '../common/error-text.js';
import type { LockLog } from '../common/log.js';
import { oncePerProcess } from '../common/process-state.js';
import type { TaskLockEvent } from './events.js';
import type { HeldLockState } from './held-lock.js';

type EventType = TaskLockEvent['type'];

const channelOf = (type: EventType) => channel(`nestjs-task-lock:${type}`);

/** Channels of the process, which all applications and all copies of this package share. */
const CHANNELS: Readonly<Record<EventType, ReturnType<typeof channelOf>>> = {
  'run-started': channelOf('run-started'),
  'run-finished': channelOf('run-finished'),
  'claim-skipped': channelOf('claim-skipped'),
  'lock-lost': channelOf('lock-lost'),
  'renewal-failed': channelOf('renewal-failed'),
  'tick-missed': channelOf('tick-missed'),
  'tick-caught-up': channelOf('tick-caught-up'),
  'run-recovered': channelOf('run-recovered'),
  'clock-skewed': channelOf('clock-skewed'),
  'database-unavailable': channelOf('database-unavailable'),
  paused: channelOf('paused'),
  resumed: channelOf('resumed'),
  triggered: channelOf('triggered'),
  cancelled: channelOf('cancelled'),
  released: channelOf('released'),
  forgotten: channelOf('forgotten'),
};

/** The token of an application's hub, for rooms that listen. One a process: a second copy may have been loaded. */
export const EVENT_HUB = oncePerProcess('event hub token', () => Symbol('the events of nestjs-task-lock'));

/** Milliseconds between two log lines about listeners that fail. */
const COMPLAIN_AGAIN = 60_000;

/** A run whose method is about to be called. */
export interface EnteredRun {
  state: Readonly<HeldLockState>;
  /** The decorated method, `Jobs.cleanUp`; none for a run of `TaskLockService`. */
  member?: string;
}

/** Puts something around the method of a run. What it returns calls `work`, and gives back what `work` does. */
export type Enclose = <T>(run: EnteredRun, work: () => Promise<T>) => () => Promise<T>;

/** What hears the events of an application. */
interface Listener {
  heard: (event: TaskLockEvent) => unknown;
  /** Called when no more events come. */
  ended: () => void;
  enclose?: Enclose;
  /** Whether it has a use for events now. */
  listens: () => boolean;
}

/**
 * Hands events to listeners and to channels of `node:diagnostics_channel`. Whoever publishes asks {@link wants} first:
 * nothing is computed where nobody listens.
 */
export class EventHub {
  private readonly listeners = new Set<Listener>();
  private hasEnded = false;
  private quietUntil = -Infinity;

  constructor(
    private readonly clock: LockClock,
    private readonly log: LockLog,
    /** By how many milliseconds this clock is ahead of the database's at least, as far as an answer has shown. */
    readonly clockOffset: () => number | undefined = () => undefined,
  ) {}

  /** Whether anybody listens to events of this type. */
  wants(type: EventType): boolean {
    return this.isHeard() || CHANNELS[type].hasSubscribers;
  }

  publish(event: TaskLockEvent): void {
    CHANNELS[event.type].publish(event);
    for (const { heard, listens } of this.listeners) if (listens()) this.guard(() => heard(event));
  }

  /** Calls the method of a run inside whatever listeners put around it. One that cannot is left out. */
  around<T>(run: () => EnteredRun, work: () => Promise<T>): Promise<T> {
    let call = work;
    for (const { enclose, listens } of this.listeners)
      if (enclose && listens()) this.guard(() => void (call = enclose(run(), call)));
    return call();
  }

  /** Listens to all events, while `listens` says so. Returns a function that ends it. */
  subscribe(
    heard: Listener['heard'],
    ended: Listener['ended'] = () => {},
    enclose?: Listener['enclose'],
    listens: Listener['listens'] = () => true,
  ): () => void {
    if (this.hasEnded) ended();
    if (this.hasEnded) return () => {};
    const listener = { heard, ended, enclose, listens };
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** No more events come: the application has shut down. */
  end(): void {
    this.hasEnded = true;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const { ended } of listeners) this.guard(ended);
  }

  private isHeard(): boolean {
    for (const { listens } of this.listeners) if (listens()) return true;
    return false;
  }

  /** Calls code of a listener. An error, also one of a promise that it returns, is logged and stops nothing. */
  guard(call: () => unknown): void {
    try {
      const returned = call();
      if (types.isPromise(returned)) returned.catch((error: unknown) => this.complain(error));
    } catch (error) {
      this.complain(error);
    }
  }

  /** A listener that fails may fail at each event. */
  complain(error: unknown): void {
    const now = this.clock.monotonic();
    if (now < this.quietUntil) return;
    this.quietUntil = now + COMPLAIN_AGAIN;
    this.log.error(
      `A listener to TaskLockEvents failed: ${thrownText(error)}. No run is affected. Mend the listener, or catch its ` +
        `errors; this is said once a minute at most.`,
      error instanceof Error ? error.stack : undefined,
    );
  }
}
