import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { CronTime } from 'cron';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { taskSettings } from '../../src/tasks/settings/task-settings.js';
import { scheduleOf } from '../../src/tasks/schedule/schedule.js';
import { CLOCKS, EXPRESSIONS } from '../support/cron-expressions.js';
import { firingsBetween, setMachineClock } from '../support/cron-library.js';
import { isNamed, unlike, walkTicks } from '../support/wall-walk.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(() => {
  jest.restoreAllMocks();
});

/** Where a clock is set by more than an hour, cron jumps over what it shows again. */
const SET_BY_HOURS = ['Antarctica/Casey', 'Antarctica/Troll', 'Antarctica/Vostok'];

/** Due hourly or more often, in a few hours only. */
const SOME_HOURS = ['*/20 2 * * *', '0 2,3 * * *'];

interface Outcome {
  /** The ticks that ran, by the rule of the claim: each once, and no sooner than the minimum hold after the last one. */
  ran: number[];
  /** The instants at which cron fired for no tick. */
  strays: number[];
}

/** Plays what a replica makes of each firing of cron, a little late as timers are. */
function play(expression: string, zone: string, from: number, until: number): Outcome {
  const schedule = scheduleOf({ kind: 'cron', cron: { cronTime: expression, timeZone: zone } });
  const factors = { minHoldFactor: 0.9, maxHoldFactor: 5, lease: 60_000 };
  const { settings } = taskSettings(
    { definition: { name: 'task' }, schedule },
    factors,
    new ConfigValues({}),
  );
  const outcome: Outcome = { ran: [], strays: [] };
  for (const firing of firingsBetween(new CronTime(expression, zone, null), from, until)) {
    setMachineClock(firing + 4);
    const tick = schedule.tickAt(firing + 4, settings.interval ?? 0);
    if (tick?.kind !== 'scheduled') {
      outcome.strays.push(firing);
      continue;
    }
    const at = tick.scheduledTime.getTime();
    const last = outcome.ran.at(-1) ?? -Infinity;
    if (at > last && at >= last + schedule.minHoldBefore(tick, settings.minHold)) outcome.ran.push(at);
  }
  return outcome;
}

const iso = (instants: number[]): string[] => instants.map((instant) => new Date(instant).toISOString());

describe.each(CLOCKS)('when the clock of $zones.0 is set', ({ zones, changes }) => {
  const zone = zones[0]!;

  test.each(EXPRESSIONS)('each tick of %s runs once, and nothing else does', (expression) => {
    for (const change of unlike(zone, changes)) {
      const [from, until] = [change.at - 30 * HOUR, change.at + 29 * HOUR];
      const due = walkTicks(expression, zone, from, until);
      const { ran, strays } = play(expression, zone, from, until);
      // Cron may fire late for what the clock leaves out: then a tick that follows within the hour replaces it.
      const replaced = (tick: number) =>
        tick === change.at && due.some((next) => next > tick && next <= tick + HOUR);
      // It never fires again in the hour that comes twice, if the expression does not name the hour after it.
      const again = (tick: number) =>
        SOME_HOURS.includes(expression) && tick >= change.at && tick < change.at - change.by;
      const lost = due.filter((tick) => !ran.includes(tick) && !replaced(tick) && !again(tick));
      if (!SET_BY_HOURS.includes(zone)) expect(iso(lost)).toEqual([]);
      expect(iso(ran.filter((tick) => !due.includes(tick)))).toEqual([]);
      expect(iso(strays.filter((at) => isNamed(expression, zone, at)))).toEqual([]);
    }
  });
});
