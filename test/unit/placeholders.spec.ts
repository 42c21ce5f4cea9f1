import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ConfigValues,
  PlaceholderError,
  resolvePlaceholders,
} from '../../src/tasks/settings/placeholders.js';

const resolve = (text: string, environment: Record<string, string> = {}, config?: Record<string, unknown>) =>
  resolvePlaceholders(
    text,
    new ConfigValues(environment, () => config && { get: (path: string) => config[path] }),
  );

describe('a text with placeholders', () => {
  test('a text without any is left as it is', () => {
    expect(resolve('clean-up')).toBe('clean-up');
    expect(resolve('')).toBe('');
    expect(resolve('costs $5 {or so}')).toBe('costs $5 {or so}');
  });

  test('a placeholder takes the configured value', () => {
    expect(resolve('${citations.refreshEvery:24h}', { CITATIONS_REFRESH_EVERY: '1h' })).toBe('1h');
  });

  test('the default stands where nothing is configured', () => {
    expect(resolve('${citations.refreshEvery:24h}')).toBe('24h');
  });

  test('the default begins after the first colon', () => {
    expect(resolve('${url:redis://host:6379}')).toBe('redis://host:6379');
  });

  test('an empty default is an empty text', () => {
    expect(resolve('${suffix:}')).toBe('');
  });

  test('several placeholders and the text between them make one text', () => {
    expect(resolve('${region:eu}-clean-up-${tenant:main}!', { TENANT: 'acme' })).toBe('eu-clean-up-acme!');
  });

  test('spaces around the path do not count', () => {
    expect(resolve('${ refresh.every :5m}', { 'refresh.every': '1h' })).toBe('1h');
  });

  test('a default may hold placeholders of its own', () => {
    const text = '${refresh.citations:${refresh.all:${refresh.fallback:24h}}}';
    expect(resolve(text)).toBe('24h');
    expect(resolve(text, { REFRESH_FALLBACK: '12h' })).toBe('12h');
    expect(resolve(text, { REFRESH_FALLBACK: '12h', REFRESH_ALL: '6h' })).toBe('6h');
    expect(resolve(text, { REFRESH_FALLBACK: '12h', REFRESH_ALL: '6h', REFRESH_CITATIONS: '1h' })).toBe('1h');
  });

  test('a default that is not needed is not looked up', () => {
    expect(resolve('${refresh.every:${nobody.set.this}}', { REFRESH_EVERY: '1h' })).toBe('1h');
  });

  test('a number from the configuration stays a number', () => {
    expect(resolve('${refresh.every}', {}, { 'refresh.every': 60_000 })).toBe(60_000);
    expect(resolve('${refresh.every:1h}', {}, { 'refresh.every': 0 })).toBe(0);
    expect(resolve('${missing:${refresh.every}}', {}, { 'refresh.every': 60_000 })).toBe(60_000);
  });

  test('a number with text around it becomes text', () => {
    expect(resolve('${refresh.seconds}s', {}, { 'refresh.seconds': 30 })).toBe('30s');
  });

  test('a value is taken as it is, also where it looks like a placeholder', () => {
    expect(resolve('${pattern}', { PATTERN: '${other:x}' })).toBe('${other:x}');
  });
});

describe('a placeholder that cannot be resolved', () => {
  test('names the variables that were asked, and how to give a default', () => {
    expect(() => resolve('${citations.refreshEvery}')).toThrow(
      new PlaceholderError(
        "'${citations.refreshEvery}' has no value: set the environment variable citations.refreshEvery or " +
          "CITATIONS_REFRESH_EVERY, or give a default: '${citations.refreshEvery:...}'",
      ),
    );
  });

  test('names ConfigService too where the application has one', () => {
    expect(() => resolve('${refresh}', {}, {})).toThrow(
      "'${refresh}' has no value: set the environment variable refresh or REFRESH, and " +
        "ConfigService.get('refresh'), or give a default: '${refresh:...}'",
    );
  });

  test('is refused where its closing brace is missing', () => {
    expect(() => resolve('every ${refresh.every:1h')).toThrow(
      new PlaceholderError("'every ${refresh.every:1h' has a placeholder without its closing brace"),
    );
    expect(() => resolve('${a:${b:1h}')).toThrow(/without its closing brace/);
  });

  test.each(['${}', '${:1h}', '${ :1h}', '${${which}:1h}', '${${which:a}}'])(
    '%s names no value, and says how to write one',
    (text) => {
      expect(() => resolve(text)).toThrow(PlaceholderError);
      expect(() => resolve(text)).toThrow(/names no value: write it like '\$\{path\.to\.key:default\}'/);
    },
  );

  test.each([
    [true, 'boolean'],
    [{ every: '1h' }, 'object'],
  ])('%j in the configuration is refused: it is neither a string nor a number', (value, type) => {
    expect(() => resolve('${refresh:1h}', {}, { refresh: value })).toThrow(
      new PlaceholderError(
        `'\${refresh:1h}' is a ${type} in the configuration: it must be a string or a number`,
      ),
    );
  });
});

describe('placeholders of any shape', () => {
  const path = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{1,8}){0,2}$/);
  const plain = fc.stringMatching(/^[^${}]{0,10}$/);

  test('nested to any depth, the outermost value that is set wins', () => {
    const depths = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(depths, fc.nat(29), plain, (depth, set, fallback) => {
        const at = Array.from({ length: depth }, (_, level) => `level${level}`);
        const text = at.reduceRight((inner, name) => `\${${name}:${inner}}`, fallback);
        expect(resolve(text)).toBe(fallback);
        expect(resolve(text, { [`level${set}`]: 'set' })).toBe(set < depth ? 'set' : fallback);
      }),
    );
  });

  test('text around and between them is kept', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, path, plain)), plain, (parts, end) => {
        const text =
          parts.map(([before, name, fallback]) => `${before}\${${name}:${fallback}}`).join('') + end;
        const expected = parts.map(([before, , fallback]) => before + fallback).join('') + end;
        expect(String(resolve(text))).toBe(expected);
      }),
    );
  });
});
