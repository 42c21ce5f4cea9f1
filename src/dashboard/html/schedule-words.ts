const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
]; // prettier-ignore
const UNIT_WORDS: Readonly<Record<string, string>> = {
  ms: 'millisecond',
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
};

/** A schedule in words, like `every day at 03:00`; nothing where only the expression itself says what it means. */
export function scheduleWords(schedule: string): string | undefined {
  const every = /^every (\d+)(ms|s|m|h|d)$/.exec(schedule);
  if (every) return everyUnit(Number(every[1]), UNIT_WORDS[every[2] ?? ''] ?? '');
  const fields = schedule.trim().split(/\s+/);
  if (fields.length === 6) return fields[0] === '0' ? ofMinutes(fields.slice(1)) : ofSeconds(fields);
  return fields.length === 5 ? ofMinutes(fields) : undefined;
}

/** Of an expression whose seconds are not 0: every few of them, or nothing. */
function ofSeconds([second = '', ...rest]: readonly string[]): string | undefined {
  const step = stepOf(second, 60);
  return step !== undefined && rest.every((field) => field === '*') ? everyUnit(step, 'second') : undefined;
}

function ofMinutes([minute = '', hour = '', day = '', month = '', weekday = '']: readonly string[]):
  string | undefined {
  const days = daysOf(day, month, weekday);
  if (days === undefined) return undefined;
  const minutes = numbersOf(minute, 0, 59);
  const hours = numbersOf(hour, 0, 23);
  if (minutes && hours) {
    const times = minutes.length === 1 ? hours.map((each) => `${two(each)}:${two(minutes[0]!)}`) : undefined;
    return times && times.length <= 4 ? `${days} at ${listed(times)}` : undefined;
  }
  const often = oftenOf(minute, hour, minutes);
  if (often === undefined) return undefined;
  return days === 'every day' ? often : `${often}, ${days.replace(/^every /, '')}`;
}

/** How often in each hour, or each few hours. */
function oftenOf(minute: string, hour: string, minutes: readonly number[] | undefined): string | undefined {
  const step = stepOf(minute, 60);
  const range = /^(\d{1,2})-(\d{1,2})$/.exec(hour);
  if (step !== undefined && hour === '*') return everyUnit(step, 'minute');
  if (step !== undefined && range) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return from < to && to < 24
      ? `${everyUnit(step, 'minute')} from ${two(from)}:00 to ${two(to)}:${two(60 - step)}`
      : undefined;
  }
  const hours = stepOf(hour, 24);
  if (hours === undefined || minutes?.length !== 1) return undefined;
  const past = minutes[0] === 0 ? '' : ` at :${two(minutes[0]!)}`;
  return `${everyUnit(hours, 'hour')}${past}`;
}

/** Which days a cron expression means. Where it restricts both weekday and day of the month, either of them is enough. */
function daysOf(day: string, month: string, weekday: string): string | undefined {
  if (day === '*' && month === '*') return weekday === '*' ? 'every day' : weekdaysOf(weekday);
  if (weekday !== '*') return undefined;
  const days = numbersOf(day, 1, 31);
  // Not each month has the later ones.
  if (days?.length !== 1 || days[0]! > 28) return undefined;
  if (month === '*') return `on the ${ordinal(days[0]!)} of each month`;
  const months = numbersOf(month, 1, 12);
  return months?.length === 1 ? `on ${days[0]} ${MONTHS[months[0]! - 1]} of each year` : undefined;
}

function weekdaysOf(field: string): string | undefined {
  const range = /^(\d)-(\d)$/.exec(field);
  if (range) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return from < to && to <= 7 ? `${DAYS[from]} to ${DAYS[to % 7]}` : undefined;
  }
  const days = numbersOf(field, 0, 7);
  if (!days) return undefined;
  const names = [...new Set(days.map((each) => DAYS[each % 7]!))];
  return names.length < 6 ? `every ${listed(names)}` : undefined;
}

/** The step of `*` and of a step that divides the field evenly: every seventh minute is not every seven minutes. */
function stepOf(field: string, size: number): number | undefined {
  if (field === '*') return 1;
  const step = Number(/^\*\/(\d{1,2})$/.exec(field)?.[1] ?? 0);
  return step > 0 && step < size && size % step === 0 ? step : undefined;
}

/** Numbers that are listed, in order. */
function numbersOf(field: string, least: number, most: number): number[] | undefined {
  if (!/^\d{1,2}(,\d{1,2})*$/.test(field)) return undefined;
  const numbers = [...new Set(field.split(',').map(Number))].sort((one, other) => one - other);
  return numbers.every((each) => each >= least && each <= most) ? numbers : undefined;
}

function everyUnit(count: number, unit: string): string {
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

function listed(words: readonly string[]): string {
  return words.length === 1 ? words[0]! : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

function ordinal(day: number): string {
  const ending = day > 10 && day < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
