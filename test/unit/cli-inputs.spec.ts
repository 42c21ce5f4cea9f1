import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../src/cli/exit-codes.js';
import { actor, callArguments, endOfPause, instant, wholeNumber } from '../../src/cli/inputs.js';

const NOW = new Date('2026-11-27T03:00:00Z');

describe('when a pause ends', () => {
  test('--for counts from the clock of the database', () => {
    expect(endOfPause({ for: '2h' }, NOW)).toEqual(new Date('2026-11-27T05:00:00Z'));
  });

  test.each(['1h 30m', '1h30m', '90m', '1 hour 30 minutes', 'PT1H30M'])('--for takes %j', (length) => {
    expect(endOfPause({ for: length }, NOW)).toEqual(new Date('2026-11-27T04:30:00Z'));
  });

  test('--until is an instant, in any zone', () => {
    expect(endOfPause({ until: '2026-11-27T06:00:00+01:00' }, NOW)).toEqual(new Date('2026-11-27T05:00:00Z'));
  });

  test('without either only a resume ends it', () => {
    expect(endOfPause({}, NOW)).toBeUndefined();
  });

  test.each([
    [{ for: '2' }, `--for '2' carries no unit: write '2s' for seconds or '2ms'`],
    [{ for: '1h 30' }, `--for '30' carries no unit`],
    [{ for: '10 5m' }, `--for '10 5m' is not a length of time`],
    [{ for: 'soon' }, `--for 'soon' is not a length of time: write it like '500ms', '30s'`],
    [{ for: '0s' }, `--for '0s' is no time at all: write it like --for 2h`],
    [
      { until: 'tomorrow' },
      `--until 'tomorrow' is not an instant: write it like --until 2026-11-27T06:00:00Z`,
    ],
    [{ until: '03:00' }, `--until '03:00' has no date: write it like --until 2026-11-27T06:00:00Z`],
    [{ until: '03:00Z' }, `--until '03:00Z' has no date`],
    [{ until: '2026-12-01' }, `--until '2026-12-01' has no time of day: write it like`],
    [
      { until: '2026-12-01T06:00' },
      `--until '2026-12-01T06:00' has no time zone, so its instant would be a guess`,
    ],
    [{ until: '2026-11-27T02:59:59Z' }, 'lies in the past: it is 2026-11-27T03:00:00.000Z by the database'],
    [{ until: '2026-12-01T06:00Z', for: '2h' }, 'give one of them'],
  ])('%j is refused, with how to write it', (given, message) => {
    expect(() => endOfPause(given, NOW)).toThrow(UsageError);
    expect(() => endOfPause(given, NOW)).toThrow(message);
  });
});

test('an instant names the option that was wrong', () => {
  expect(() => instant('--from', '7 am')).toThrow("--from '7 am' is not an instant");
});

describe('arguments of a call', () => {
  test('are a JSON array', () => {
    expect(callArguments('[1, { "a": null }]')).toEqual([1, { a: null }]);
  });

  test.each([
    [
      '{"a":1}',
      `--args must be a JSON array, one element an argument: for this one argument write --args '[{"a":1}]'`,
    ],
    ['[1,', '--args is not JSON ('],
    ['hello', `like --args '["2026-11-27", { "dryRun": true }]'`],
  ])('%s is refused, with how to write it', (text, message) => {
    expect(() => callArguments(text)).toThrow(UsageError);
    expect(() => callArguments(text)).toThrow(message);
  });
});

describe('who acts', () => {
  test('is --by, else the user of the shell, else USER', () => {
    expect(actor('ana', { USER: 'env' }, () => 'shell')).toBe('ana');
    expect(actor(undefined, { USER: 'env' }, () => 'shell')).toBe('shell');
    expect(actor(undefined, { USER: 'env' }, () => undefined)).toBe('env');
  });

  test('is asked for where nobody is known, as in a container', () => {
    expect(() => actor(undefined, {}, () => undefined)).toThrow('give --by NAME');
    expect(() => actor(' ', {}, () => 'shell')).toThrow('--by is empty');
  });
});

test.each(['0', '501', '1.5', '-1', 'x', ''])('the whole number "%s" is refused with its bounds', (text) => {
  expect(() => wholeNumber('--limit', 1, 500)(text)).toThrow(
    `--limit '${text}' must be a whole number from 1 to 500`,
  );
});
