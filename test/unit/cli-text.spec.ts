import { describe, expect, test } from '@jest/globals';
import { columns, pairs } from '../../src/cli/columns.js';
import { paintFor, withoutColour } from '../../src/cli/paint.js';
import { plain } from '../../src/cli/plain.js';
import { Secrets } from '../../src/cli/secrets.js';
import { timeText } from '../../src/cli/times.js';
import { wrapped } from '../../src/cli/wrap.js';

describe('a text of somebody else', () => {
  test.each([
    ['one\ntwo\r\nthree\tfour', 'one two three four'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007rest', 'rest'],
    ['\u009b2Jcleared', 'cleared'],
    ['a\u0000b\u007fc\u0085d', 'a b c d'],
    ['abc\u202Egpj.exe', 'abc gpj.exe'],
    ['line\u2028line', 'line line'],
    ['\u001b', ''],
  ])('%j becomes %j: it can neither move the cursor nor begin a line', (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  test('keeps letters of all scripts', () => {
    expect(plain('Überprüfung 漢字 🚀')).toBe('Überprüfung 漢字 🚀');
  });
});

describe('passwords', () => {
  test('are hidden in URLs, wherever these stand', () => {
    expect(Secrets.hideCredentials('no route to postgres://app:hunter2@db:5432/app?sslmode=require')).toBe(
      'no route to postgres://app:***@db:5432/app?sslmode=require',
    );
  });

  test('are hidden to the last @, since one that is not encoded may contain it', () => {
    expect(Secrets.hideCredentials('redis://:p@ss@cache/0')).toBe('redis://:***@cache/0');
  });

  test.each([
    ['postgres:hunter2@db', 'postgres:***@db'],
    ['postgres:/app:hunter2@db', 'postgres:***@db'],
    ['postgres://app:hun/ter2@db', 'postgres://app:***@db'],
  ])('are hidden in the mistyped URL %s', (url, shown) => {
    expect(Secrets.hideCredentials(`unknown option '--database=${url}'`)).toBe(
      `unknown option '--database=${shown}'`,
    );
  });

  test.each([
    'host=db password=hunter2',
    "password = 'hunter2 hunter2'",
    'postgres://db/app?password=hunter2&x=1',
  ])('are hidden in the parameters of %j', (text) =>
    expect(Secrets.hideCredentials(text)).not.toContain('hunter2'),
  );

  test('that this connection uses are hidden as they are written and encoded', () => {
    const secrets = new Secrets(['p/w', undefined, '']);
    expect(secrets.hide('p/w or p%2Fw')).toBe('*** or ***');
    expect(new Secrets([undefined, '']).hide('nothing')).toBe('nothing');
  });

  test.each([
    ['b', 'the database said b', 'the database said ***'],
    ['hunter2', 'sent "hunter2", not hunter22', 'sent "***", not hunter22'],
    ['a.c+(', 'abc a.c+( a.c+(x', 'abc *** ***x'],
    ['$&', 'x$&y', 'x***y'],
  ])('%j is hidden in a sentence where it is no part of a word', (password, text, shown) => {
    expect(new Secrets([password]).hideAmongWords(text)).toBe(shown);
  });
});

describe('columns', () => {
  const rows = [
    { name: 'a', took: '3s', note: '' },
    { name: 'longer', took: '120ms', note: '' },
  ];
  const wanted = [
    { title: 'NAME', of: (row: { name: string }) => row.name },
    { title: 'TOOK', of: (row: { took: string }) => row.took, isNumber: true },
    { title: 'NOTE', of: (row: { note: string }) => row.note },
  ];

  test('are padded, numbers on the left, and left out where all rows are empty', () => {
    expect(columns(rows, wanted, withoutColour)).toEqual(['NAME     TOOK', 'a          3s', 'longer  120ms']);
  });

  test('are as wide with colours as without', () => {
    const painted = columns(rows, wanted, (text) => `<${text}>`);
    expect(painted[1]).toBe('<a     >  <   3s>');
  });
});

describe('on a narrow terminal', () => {
  test('the last column is shortened, with an ellipsis, but not to nothing', () => {
    const rows = [{ name: 'clean-up', note: 'paused by ana, until the disk is empty again' }];
    const wanted = [
      { title: 'NAME', of: (row: { name: string }) => row.name },
      { title: 'NOTE', of: (row: { note: string }) => row.note },
    ];
    const at = (width: number) => columns(rows, wanted, withoutColour, width)[1];
    expect(at(40)).toBe('clean-up  paused by ana, until the disk…');
    expect(at(10)).toBe('clean-up  paused by ana, unti…');
    expect(at(Infinity)).toContain('empty again');
  });

  test('sentences are wrapped between words, and commands are not cut in two', () => {
    expect(wrapped('it is late by two hours', 12)).toEqual(['it is late', 'by two hours']);
    expect(wrapped('  first, then the rest', 14, '    ')).toEqual(['  first, then', '    the rest']);
    expect(wrapped('is missing: run `npx it migrate`, please', 20)).toEqual([
      'is missing: run',
      '`npx it migrate`,',
      'please',
    ]);
    expect(wrapped('a-word-that-is-longer than that', 10)).toEqual(['a-word-that-is-longer', 'than that']);
  });
});

test('names and values stand under each other, and empty ones are left out', () => {
  const entries = [['a', '1'] as const, ['none', ''] as const, ['long', '2'] as const];
  expect(pairs(entries, withoutColour)).toEqual(['a     1', 'long  2']);
});

describe('times', () => {
  const now = new Date('2026-11-27T03:00:00Z');

  test.each([
    ['2026-11-27T02:57:00.000Z', '3m ago'],
    ['2026-11-27T05:00:00.000Z', 'in 2h'],
    ['2026-11-27T03:00:00.400Z', 'now'],
    [null, ''],
  ])('%s is %j', (iso, text) => {
    expect(timeText(iso, 'relative', now)).toBe(text);
  });

  test('stay as they are with --time iso', () => {
    expect(timeText('2026-11-27T02:57:00.000Z', 'iso', now)).toBe('2026-11-27T02:57:00.000Z');
  });
});

describe('colour', () => {
  test('is for terminals', () => {
    expect(paintFor(true, {})('late', 'red')).toBe('\u001b[31mlate\u001b[39m');
    expect(paintFor(false, {})('late', 'red')).toBe('late');
  });

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('is never there with %j', (env) => {
    expect(paintFor(true, env)('late', 'red')).toBe('late');
  });
});
