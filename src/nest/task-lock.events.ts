import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { marked } from '../common/marked.js';
import type { EventHub } from '../lock/event-hub.js';
import type { TaskLockEvent } from '../lock/events.js';
import { GuardedObservable } from './guarded-observable.js';

/**
 * What happens to the tasks of this replica, for monitors. Only the replica that runs a task publishes its run; a monitor
 * wrapped around the method would see the calls of all others succeed, too.
 *
 * Channels of `node:diagnostics_channel` carry the same objects, one for each type: `nestjs-task-lock:run-started` and so
 * on. They are those of the process, and need no module.
 */
@Injectable()
@marked('events')
export class TaskLockEvents {
  /**
   * All events of this application. Completes when it has shut down, after the last run.
   *
   * Subscribers are called at once, before the lock goes on, so they should be quick. The error of a subscriber, or of a
   * promise that it returns, is logged and disturbs no run.
   *
   * @example
   * this.taskLockEvents.events$.subscribe((event) => {
   *   if (event.type === 'run-finished') this.durations.observe({ task: event.name }, event.durationMs / 1000);
   *   if (event.type === 'lock-lost') this.alerts.send(`${event.name} lost its lock: ${event.reason}`);
   * });
   */
  readonly events$: Observable<TaskLockEvent>;

  constructor(hub: EventHub) {
    this.events$ = new GuardedObservable<TaskLockEvent>(hub, (subscriber) =>
      hub.subscribe(
        (event) => subscriber.next(event),
        () => subscriber.complete(),
      ),
    );
  }
}
