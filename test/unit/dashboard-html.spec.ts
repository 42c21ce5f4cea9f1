import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { html } from '../../src/dashboard/html/html.js';
import { answerPage, confirmPage, listPage, messagePage, taskPage } from '../../src/dashboard/html/pages.js';
import { shown, visible } from '../../src/dashboard/html/shown.js';
import { SCRIPT } from '../../src/dashboard/script.js';
import { STYLE } from '../../src/dashboard/style.js';
import type { TaskState } from '../../src/operate/operator-types.js';
import {
  answerView,
  confirmView,
  frame,
  listView,
  NOW,
  runState,
  task,
  taskView,
} from '../support/dashboard-views.js';

describe('a template', () => {
  test('escapes each value, in text and in attributes', () => {
    const value = `<script>"'&`;
    expect(String(html`<p title="${value}">${value}</p>`)).toBe(
      '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;</p>',
    );
  });

  test('nests what another template has made, also in lists', () => {
    expect(String(html`<b>${[html`<i>1</i>`, html`<i>2</i>`]}</b>`)).toBe('<b><i>1</i><i>2</i></b>');
  });

  test('refuses what only looks like a template', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(() => html`${forged}`).toThrow(TypeError);
  });

  test('writes nothing for what is missing, and zero as a number', () => {
    expect(String(html`${null}${undefined}${false}${''}${0}`)).toBe('0');
  });

  test('keeps a carriage return, and replaces what no parser keeps', () => {
    expect(String(html`${'a\rb\0c\ud800'}`)).toBe('a&#13;b\ufffdc\ufffd');
  });

  test('leaves out line breaks of its own, and none of a value', () => {
    // prettier-ignore
    expect(String(html`
      <b>
      ${'a\n b'}
      </b>`)).toBe('<b>a\n b</b>');
  });
});

describe('a text of somebody else', () => {
  test.each([
    ['a\nb', 'a⟨U+000A⟩b'],
    ['abc\u202egpj.exe', 'abc⟨U+202E⟩gpj.exe'],
    ['zero\u200bwidth\ufeff', 'zero⟨U+200B⟩width⟨U+FEFF⟩'],
    ['\u0085\u2028\u007f', '⟨U+0085⟩⟨U+2028⟩⟨U+007F⟩'],
    ['Überprüfung 漢字 🚀', 'Überprüfung 漢字 🚀'],
  ])('%j is shown as %s', (text, shownAs) => expect(visible(text)).toBe(shownAs));

  test('is isolated where its letters could turn the direction of what follows', () => {
    expect(String(shown('שלום'))).toBe('<bdi>שלום</bdi>');
    expect(String(shown('clean-up'))).toBe('clean-up');
  });
});

const TAG = /<([a-z/!][^\s>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/** The names of tags and attributes in order: all that a text must not change. */
function shapeOf(page: string): string {
  const own = page.replace(STYLE, '').replace(SCRIPT, '');
  const tags = [...own.matchAll(TAG)].map(([, tag = '', attributes = '']) =>
    [tag, ...[...attributes.matchAll(ATTRIBUTE)].map(([, name]) => name)].join(' '),
  );
  // Whether a text is isolated depends on its letters.
  return tags.filter((tag) => !/^\/?bdi$/.test(tag)).join('\n');
}

test('the shape of a page tells what a parser would make of it', () => {
  expect(shapeOf(`<p title="a > b" hidden onclick='x'>1 < 2<b>`)).toBe('p title hidden onclick\nb');
});

/** Every page, with `text` in each place where somebody else's text can stand. */
function pagesWith(text: string): string[] {
  const run = runState({ replica: text, error: `${text}\nat x`, outcome: 'failed', key: text });
  const paused = { by: text, reason: text, since: NOW.toISOString(), until: null, name: '*' };
  const shownTask: TaskState = task({
    ...{ name: text, application: text, member: text, schedule: `x ${text}`, timeZone: text },
    state: 'died',
    running: {
      replica: text,
      since: NOW.toISOString(),
      leaseEndsAt: NOW.toISOString(),
      tick: null,
      fence: '1',
      key: text,
    },
    lastRun: run,
    paused,
  });
  const of = { ...frame, title: text, user: text };
  const action = {
    id: '1',
    name: text,
    key: text,
    by: text,
    reason: text,
    at: NOW.toISOString(),
    until: null,
    fence: null,
  };
  const view = taskView(shownTask, {
    ...of,
    explanation: {
      name: text,
      at: NOW.toISOString(),
      sentences: [text, text],
      unknown: [text],
      task: shownTask,
    },
    ticks: [{ tick: NOW.toISOString(), state: 'ran', run, paused: null }],
    runs: [run],
    next: [{ tick: NOW.toISOString(), localTime: '2026-03-29T03:00:00.000+02:00', timeZone: text }],
    actions: [{ ...action, action: 'pause', answer: text, error: text }],
    trigger: { status: 'skipped', id: '1', reason: text },
  });
  return [
    listPage(listView([shownTask], { ...of, recent: new Map([[text, [run]]]) })),
    taskPage(view),
    confirmPage(
      confirmView({ ...of, action: 'cancel', name: text, task: shownTask, fence: text, key: text }),
    ),
    confirmPage(
      confirmView({ ...of, action: 'release', name: text, task: shownTask, fence: '1', force: true }),
    ),
    answerPage(answerView({ ...of, name: text, heading: text, sentences: [text] })),
    messagePage({ ...of, heading: text, sentences: [text] }),
  ];
}

const PLAIN = pagesWith('plain').map(shapeOf);

test.each([
  `"><script>alert(1)</script>`,
  `' onmouseover='alert(1)`,
  `</title></style></script></textarea><img src=x onerror=alert(1)>`,
  `javascript:alert(1)`,
  `<!--`,
  `]]>`,
  `\u202e\u2066\n\r\0&lt;b&gt;`,
])('%j adds no element and no attribute to any page', (text) => {
  expect(pagesWith(text).map(shapeOf)).toEqual(PLAIN);
});

test('no text adds an element or an attribute to any page', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '=',
    '/',
    '`',
    '<b>',
    '<!--',
    '&#',
    '\n',
    ' ',
    'x=',
    ']]>',
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary' })), { minLength: 1 })
    .map((each) => each.join(''));
  fc.assert(
    fc.property(text, (value) => expect(pagesWith(value).map(shapeOf)).toEqual(PLAIN)),
    { numRuns: 15 },
  );
});

test('each link is relative and percent-encoded, whatever the name', () => {
  for (const page of pagesWith('javascript:"a/b%\n?#&')) {
    for (const [, link] of page.matchAll(/ (?:href|action)="?([^" >]*)/g))
      expect(link).toMatch(/^(#main|task-lock(\/(task|confirm|act)\b[^<>\n]*)?(\?[^<>\n]*)?)$/);
  }
});
