import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConfigValues, upperSnake } from '../../src/tasks/settings/placeholders.js';

const PATH = 'citations.refreshEvery';
const configured = { get: (path: string) => (path === PATH ? 'from ConfigService' : undefined) };

describe('a value of the configuration', () => {
  test('is the environment variable of that very name, before all else', () => {
    const environment = { [PATH]: 'its very name', CITATIONS_REFRESH_EVERY: 'upper snake' };
    expect(new ConfigValues(environment, () => configured).lookUp(PATH)).toBe('its very name');
  });

  test('is then the variable in upper snake case, before what ConfigService says', () => {
    const environment = { CITATIONS_REFRESH_EVERY: 'upper snake' };
    expect(new ConfigValues(environment, () => configured).lookUp(PATH)).toBe('upper snake');
  });

  test('is then what ConfigService says', () => {
    expect(new ConfigValues({}, () => configured).lookUp(PATH)).toBe('from ConfigService');
  });

  test('is missing where nobody has it, with a ConfigService or without', () => {
    expect(new ConfigValues({}, () => configured).lookUp('other')).toBeUndefined();
    expect(new ConfigValues({}).lookUp(PATH)).toBeUndefined();
  });

  test('a variable that is empty counts as not set', () => {
    const environment = { [PATH]: '', CITATIONS_REFRESH_EVERY: '' };
    expect(new ConfigValues(environment, () => configured).lookUp(PATH)).toBe('from ConfigService');
    expect(new ConfigValues({ [PATH]: '', CITATIONS_REFRESH_EVERY: '1h' }).lookUp(PATH)).toBe('1h');
  });

  test('an empty variable that ConfigService hands on counts as not set, too', () => {
    const environment = { REFRESH_EVERY: '' };
    const config = { get: (path: string) => environment[path as keyof typeof environment] };
    expect(new ConfigValues(environment, () => config).lookUp('REFRESH_EVERY')).toBeUndefined();
  });

  test.each([60_000, 0, false, null])('%j from ConfigService keeps its type', (value) => {
    expect(new ConfigValues({}, () => ({ get: () => value })).lookUp('a')).toBe(value);
  });

  test('says where it was looked for', () => {
    expect(new ConfigValues({}).describe(PATH)).toBe(
      'the environment variable citations.refreshEvery or CITATIONS_REFRESH_EVERY',
    );
    expect(new ConfigValues({}, () => configured).describe('TASKS')).toBe(
      "the environment variable TASKS, and ConfigService.get('TASKS')",
    );
  });
});

describe('a path in upper snake case', () => {
  test.each([
    ['citations.refreshEvery', 'CITATIONS_REFRESH_EVERY'],
    ['refresh', 'REFRESH'],
    ['REFRESH_EVERY', 'REFRESH_EVERY'],
    ['refresh-every.day', 'REFRESH_EVERY_DAY'],
    ['httpServer.maxURLLength', 'HTTP_SERVER_MAX_URL_LENGTH'],
    ['HTTPServer', 'HTTP_SERVER'],
    ['oauth2Token', 'OAUTH2_TOKEN'],
    ['tasks[0].every', 'TASKS_0_EVERY'],
  ])('%s is %s', (path, variable) => {
    expect(upperSnake(path)).toBe(variable);
  });

  test('is a variable that a shell can set', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        expect(upperSnake(path)).toMatch(/^[A-Z0-9_]*$/);
        expect(upperSnake(path)).not.toMatch(/__/);
      }),
    );
  });

  test('stays the same where it is one already', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{1,5}(_[A-Z0-9]{1,5}){0,4}$/), (variable) => {
        fc.pre(!/[0-9][A-Z]/.test(variable));
        expect(upperSnake(variable)).toBe(variable);
      }),
    );
  });

  test('the words of a camel-case path are its parts', () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const camel = words.map((each, index) =>
          index === 0 ? each : each[0]!.toUpperCase() + each.slice(1),
        );
        const single = words.some((each, index) => index > 0 && each.length === 1);
        fc.pre(!single);
        expect(upperSnake(camel.join(''))).toBe(words.join('_').toUpperCase());
      }),
    );
  });
});
