import { TESTS_EVERYTHING } from './tests-everything.js';
import { changesOf, clocksThatAreSet } from './wall-walk.js';
import type { Change } from './wall-walk.js';

const HOURLY = ['0 * * * *', '30 * * * *', '*/20 * * * *'];
const EVERY_OTHER_HOUR = ['0 */2 * * *', '30 */2 * * *', '0 1-23/2 * * *'];
const HOURS = [0, 1, 2, 3, 4, 9, 21, 22, 23];
const DAILY = HOURS.flatMap((hour) => [`0 ${hour} * * *`, `30 ${hour} * * *`]);
const MIXED = ['15 0-5 * * *', '0 2,3 * * *', '*/20 2 * * *', '0 */3 * * *'];
const SOME = ['30 * * * *', '0 1-23/2 * * *', '30 0 * * *', '30 2 * * *'];

/** Expressions that are due each day: by the hour, each second hour, once a day, and mixtures. */
export const EXPRESSIONS = TESTS_EVERYTHING
  ? [...HOURLY, ...EVERY_OTHER_HOUR, ...DAILY, ...MIXED]
  : [...SOME, '*/20 2 * * *'];

/** Set at two o'clock, by half an hour, and at midnight. */
const SOME_ZONES = ['Europe/Paris', 'Australia/Lord_Howe', 'America/Santiago'];
const [FROM, UNTIL] = [Date.UTC(2020, 0), Date.UTC(2031, 0)];

/** The clocks of the tz database that are set between 2020 and 2030, each with the zones that share it. */
export const CLOCKS: { zones: string[]; changes: Change[] }[] = TESTS_EVERYTHING
  ? clocksThatAreSet(FROM, UNTIL)
  : SOME_ZONES.map((zone) => ({ zones: [zone], changes: changesOf(zone, FROM, UNTIL) }));
