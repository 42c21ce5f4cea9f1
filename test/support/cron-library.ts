import { jest } from '@jest/globals';
import type { CronTime } from 'cron';
import { DateTime } from 'luxon';

/**
 * The instants at which a job of cron fires from a moment on: it looks for the next one whenever it has fired. The
 * clock of the machine is moved along, since cron reads it to tell apart the two halves of an hour that comes twice.
 */
export function* firings(cronTime: CronTime, from: number): Generator<number, never> {
  const zone = cronTime.timeZone;
  for (let now = from; ;) {
    setMachineClock(now);
    now = cronTime.getNextDateFrom(DateTime.fromMillis(now, { zone })).toMillis();
    yield now;
  }
}

/** The firings between two instants. */
export function firingsBetween(cronTime: CronTime, from: number, until: number): number[] {
  const found: number[] = [];
  for (const firing of firings(cronTime, from)) {
    if (firing > until) return found;
    found.push(firing);
  }
  return found;
}

/** What `Date.now()` says until `jest.restoreAllMocks()`: for luxon, which has no clock that could be injected. */
export function setMachineClock(now: number): void {
  jest.spyOn(Date, 'now').mockReturnValue(now);
}
