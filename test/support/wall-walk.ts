/** A reference for ticks that walks minutes and shares no code with src. It knows whole minutes of each day only. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** A change of a zone's clock: when, and by how many milliseconds it is set. */
export interface Change {
  at: number;
  by: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const walls = new Map<string, Map<number, number>>();

/** What the clock of a zone shows at a whole minute, as the instant at which a clock of UTC shows the same. */
export function wallClock(zone: string, at: number): number {
  const read = walls.get(zone) ?? new Map<number, number>();
  walls.set(zone, read);
  const wall = read.get(at) ?? readClock(zone, at);
  read.set(at, wall);
  return wall;
}

function readClock(zone: string, at: number): number {
  const fields = ['year', 'month', 'day', 'hour', 'minute'] as const;
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...Object.fromEntries(fields.map((field) => [field, 'numeric'])),
    });
  formats.set(zone, format);
  const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day, hour, minute] = fields.map((field) => shown[field]!);
  return Date.UTC(year!, month! - 1, day, hour, minute);
}

/** All changes of a zone's clock in a time. No two of them are as near as a week. */
export function changesOf(zone: string, from: number, until: number): Change[] {
  const offsetAt = (at: number) => readClock(zone, at) - at;
  const found: Change[] = [];
  for (let at = from; at < until; at += WEEK) {
    const [before, after] = [offsetAt(at), offsetAt(at + WEEK)];
    if (before === after) continue;
    let [low, high] = [at, at + WEEK];
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / MINUTE / 2) * MINUTE;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ at: high, by: after - before });
  }
  return found;
}

/** One zone for each clock that is set in a time, with its changes: most zones are set like another one. */
export function clocksThatAreSet(from: number, until: number): { zones: string[]; changes: Change[] }[] {
  const clocks = new Map<string, { zones: string[]; changes: Change[] }>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const changes = changesOf(zone, from, until);
    if (changes.length === 0) continue;
    const id = JSON.stringify([readClock(zone, from), changes]);
    const clock = clocks.get(id) ?? { zones: [], changes };
    clock.zones.push(zone);
    clocks.set(id, clock);
  }
  return [...clocks.values()];
}

/** Changes of one clock that differ: by how much it is set, and at which time of the day. */
export function unlike(zone: string, changes: readonly Change[]): Change[] {
  const kinds = new Map(
    changes.map((change) => [`${change.by} ${(wallClock(zone, change.at - MINUTE) + MINUTE) % DAY}`, change]),
  );
  return [...kinds.values()];
}

/** Minutes of the day, from the first two fields of an expression that is due each day. */
function minutesOf(expression: string): Set<number> {
  const [minutes, hours] = expression.split(' ');
  const [ofHour, ofDay] = [valuesOf(minutes!, 60), valuesOf(hours!, 24)];
  return new Set(ofDay.flatMap((hour) => ofHour.map((minute) => hour * 60 + minute)));
}

function valuesOf(field: string, count: number): number[] {
  return Array.from({ length: count }, (_, value) => value).filter((value) =>
    field.split(',').some((part) => {
      const [range, step = '1'] = part.split('/');
      const [low, high] = range === '*' ? [0, count - 1] : range!.split('-').map(Number);
      return value >= low! && value <= (high ?? low!) && (value - low!) % Number(step) === 0;
    }),
  );
}

/** Whether an expression names the time that the clock of the zone shows. */
export function isNamed(expression: string, zone: string, at: number): boolean {
  return minutesOf(expression).has((wallClock(zone, at) % DAY) / MINUTE);
}

/**
 * The ticks of an expression after `from` and up to `until`, minute by minute. A minute that the clock leaves out is
 * due at the change. A minute that it shows twice is due twice if the expression names two times an hour apart or less.
 */
export function walkTicks(expression: string, zone: string, from: number, until: number): number[] {
  const named = minutesOf(expression);
  const goesOn = [...named].some((minute) =>
    Array.from({ length: 60 }, (_, index) => (minute + index + 1) % (DAY / MINUTE)).some((next) =>
      named.has(next),
    ),
  );
  const isDue = (wall: number) => named.has((wall % DAY) / MINUTE);
  const found: number[] = [];
  let shown = wallClock(zone, from - DAY);
  let latest = shown;
  for (let at = from - DAY + MINUTE; at <= until; at += MINUTE) {
    const wall = wallClock(zone, at);
    let due = isDue(wall) && (goesOn || wall > latest);
    for (let leftOut = shown + MINUTE; leftOut < wall; leftOut += MINUTE) due ||= isDue(leftOut);
    if (due && at > from) found.push(at);
    shown = wall;
    latest = Math.max(latest, wall);
  }
  return found;
}
