import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DurationError, formatDuration, parseDuration, roughDuration } from '../../src/common/duration.js';
import type { DurationInput } from '../../src/common/duration.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30 * SECOND],
    ['5m', 5 * MINUTE],
    ['24h', DAY],
    ['7d', 7 * DAY],
    ['2w', 14 * DAY],
    ['1.5h', 90 * MINUTE],
    ['10 minutes', 10 * MINUTE],
    ['1 sec', SECOND],
    ['2hrs', 2 * HOUR],
    ['  5m ', 5 * MINUTE],
    ['0s', 0],
  ])('%j is read by its unit', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each([
    ['PT5M', 5 * MINUTE],
    ['P1D', DAY],
    ['P1DT12H', 36 * HOUR],
    ['P1W', 7 * DAY],
    ['PT0.5S', 500],
    ['PT0S', 0],
  ])('%j is read as ISO 8601', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test('a number is milliseconds', () => {
    expect(parseDuration(60_000)).toBe(60_000);
    expect(parseDuration(0)).toBe(0);
  });

  test.each(['3600', '0', '1.5', ' 60 '])(
    'the bare number %j is refused, with the two spellings it may have meant',
    (text) => {
      const digits = text.trim();
      expect(() => parseDuration(text)).toThrow(
        new DurationError(
          `'${digits}' carries no unit: write '${digits}s' for seconds or '${digits}ms' ` +
            `(or the number ${digits}) for milliseconds`,
        ),
      );
    },
  );

  test.each([
    '',
    'soon',
    '5M',
    '24H',
    '5 fortnights',
    '-5m',
    '5m 30s',
    'm',
    '.5h',
    'PT5',
    'P',
    'PT',
    'PT5m',
    '-PT5M',
  ])('%j is refused, with examples of how to write it', (text) => {
    expect(() => parseDuration(text)).toThrow(
      new DurationError(
        `'${text}' is not a length of time: write it like '500ms', '30s', '5m', '24h', '7d' or 'PT5M'`,
      ),
    );
  });

  test.each<[DurationInput, string]>([
    [-1, '-1'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    ['PT-5M', "'PT-5M'"],
  ])('%p is refused: it must be 0 or more', (input, shown) => {
    expect(() => parseDuration(input)).toThrow(
      new DurationError(`${shown} is not a length of time: it must be 0 or more`),
    );
  });

  test.each([true, null, {}, ['5m']])('%j, which types would not allow, is refused by name', (input) => {
    expect(() => parseDuration(input as unknown as DurationInput)).toThrow(DurationError);
    expect(() => parseDuration(input as unknown as DurationInput)).toThrow(
      /is not a length of time: write it like '24h', or as a number of milliseconds/,
    );
  });

  test('every digit string is refused, whatever stands around it', () => {
    const spaces = fc.constantFrom('', ' ', '\t');
    fc.assert(
      fc.property(fc.nat(), spaces, spaces, (digits, before, after) => {
        expect(() => parseDuration(`${before}${digits}${after}`)).toThrow(/carries no unit/);
      }),
    );
  });

  test('no text is read as something negative or not finite', () => {
    const pieces = fc.constantFrom(
      'P',
      'T',
      '-',
      '.',
      '1',
      '60',
      '999999999',
      ' ',
      'ms',
      's',
      'M',
      'd',
      'H',
      'Y',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        let value: number;
        try {
          value = parseDuration(parts.join(''));
        } catch (error) {
          return error instanceof DurationError;
        }
        return Number.isFinite(value) && value >= 0;
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a duration as an option takes it', () => {
  test.each([
    [0, '0ms'],
    [999, '999ms'],
    [1_500, '1.5s'],
    [1_296 * MINUTE, '21.6h'],
    [90 * MINUTE, '90m'],
    [108 * HOUR, '4.5d'],
    [1_234, '1234ms'],
    [90 * SECOND, '90s'],
    [5 * MINUTE, '5m'],
    [36 * HOUR, '36h'],
    [2 * DAY, '2d'],
    [0.5, '0.5ms'],
  ])('%d is written exactly, and with few digits: %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test('what is written can be read back, and says the same', () => {
    const sizes = fc.constantFrom(1, SECOND, MINUTE, HOUR, DAY);
    fc.assert(
      fc.property(fc.nat(36_000), sizes, (count, size) => {
        expect(parseDuration(formatDuration(count * size))).toBe(count * size);
      }),
    );
  });
});

describe('a duration at a glance', () => {
  test.each([
    [0, '0ms'],
    [999.9, '999ms'],
    [SECOND, '1s'],
    [61 * SECOND, '1m 1s'],
    [2 * HOUR, '2h'],
    [DAY + HOUR + MINUTE, '1d 1h'],
    [DAY + MINUTE, '1d'],
  ])('%d is cut to its two largest units: %s', (milliseconds, text) => {
    expect(roughDuration(milliseconds)).toBe(text);
  });
});
