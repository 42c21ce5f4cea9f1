import { oncePerProcess } from '../common/process-state.js';
import { TaskLockEvents as EventsOfThisCopy } from './task-lock.events.js';
import { TaskLockHealthIndicator as IndicatorOfThisCopy } from './task-lock.health.js';
import { TaskLockService as ServiceOfThisCopy } from './task-lock.service.js';

/**
 * The token of the service is one a process: a class of a CommonJS library injects the service of an ES-module
 * application. What stands behind it is the service of the copy whose module is imported.
 */
export const TaskLockService = oncePerProcess('service token', () => ServiceOfThisCopy);
export type TaskLockService = ServiceOfThisCopy;

/** Likewise the token of the events. */
export const TaskLockEvents = oncePerProcess('events token', () => EventsOfThisCopy);
export type TaskLockEvents = EventsOfThisCopy;

/** Likewise the token of the health checks. */
export const TaskLockHealthIndicator = oncePerProcess('health token', () => IndicatorOfThisCopy);
export type TaskLockHealthIndicator = IndicatorOfThisCopy;
