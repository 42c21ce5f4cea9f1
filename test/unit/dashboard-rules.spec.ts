import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { TaskLockDashboardModule } from '../../src/dashboard.js';
import type { TaskLockDashboardOptions } from '../../src/dashboard.js';
import { act } from '../../src/dashboard/act.js';
import { dashboardSettings } from '../../src/dashboard/dashboard-options.js';
import { linksFrom } from '../../src/dashboard/links.js';
import { PAGE_HEADERS } from '../../src/dashboard/page-headers.js';
import { isSameOrigin } from '../../src/dashboard/same-origin.js';
import { SCRIPT } from '../../src/dashboard/script.js';
import { visitorOf } from '../../src/dashboard/visitor.js';
import type { TaskLockOperator } from '../../src/operate/operator-token.js';

const authorize = () => false as const;

function problemOf(options: object): string {
  try {
    TaskLockDashboardModule.forRoot(options as TaskLockDashboardOptions);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('the options of the dashboard', () => {
  test.each([[{}], [{ authorize: true }], [undefined]])(
    'without authorize, as %j, show the lines that make it work',
    (options) => {
      expect(problemOf(options!)).toContain(
        'The page is closed until you say who may see it, and who may act. For example:\n\n' +
          '  TaskLockDashboardModule.forRoot({\n' +
          '    authorize: ({ user }: Request) => (user ? { user: user.email, canOperate: user.isAdmin } : false),\n' +
          '  })\n',
      );
    },
  );

  test.each([
    '',
    '/',
    'a b',
    '..',
    'a/../b',
    './a',
    ':id',
    'a/:id',
    '*',
    'a*',
    'a?b=c',
    'a#b',
    'a//b',
    'ä',
    'a%2fb',
    '(a)',
    7,
  ])('refuse the path %j', (path) => {
    expect(problemOf({ authorize, path })).toMatch(
      /^TaskLockDashboardModule\.forRoot\(\): option path must be a path of letters, digits and - _ \. ~, like 'ops\/tasks'/,
    );
  });

  test.each([
    ['task-lock', 'task-lock'],
    ['/ops/locks_2/', 'ops/locks_2'],
    ['v1.2/~ana', 'v1.2/~ana'],
  ])('take the path %j', (path, expected) => {
    expect(dashboardSettings({ authorize, path }).path).toBe(expected);
  });

  test.each([
    [{ origin: 'https://ops.example.org/' }, /^.* option origin must be scheme, host and port/],
    [{ origin: 'ops.example.org' }, /option origin must be scheme/],
    [{ title: ' ' }, /option title must be a text of 1 to 100 characters/],
    [{ readOnly: 'yes' }, /option readOnly must be true or false; it is yes/],
    [{ readonly: true }, /option readonly is unknown: write path, authorize, readOnly, origin, title/],
  ])('refuse %j', (options, expected) => {
    expect(problemOf({ authorize, ...options })).toMatch(expected);
  });
});

describe('who is let in', () => {
  test('is told by the shape of what authorize answers', () => {
    expect(visitorOf(false)).toBeUndefined();
    expect(visitorOf({ user: 'ana', canOperate: false })).toEqual({ user: 'ana', allowed: [] });
    expect(visitorOf({ user: 'ana', canOperate: ['pause'] })).toEqual({ user: 'ana', allowed: ['pause'] });
    expect(visitorOf({ user: 'ana', canOperate: true })!.allowed).toHaveLength(6);
  });

  test.each([
    true,
    undefined,
    null,
    1,
    'ana',
    {},
    [],
    { user: 'ana' },
    { user: 'ana', canOperate: 'true' },
    { user: 'ana', canOperate: 1 },
    { user: 'ana', canOperate: ['explode'] },
    { user: '', canOperate: true },
    { user: ' ', canOperate: true },
    { user: 7, canOperate: true },
    { user: 'x'.repeat(201), canOperate: true },
    { user: 'a\0', canOperate: true },
    { canOperate: true },
    Promise.resolve({ user: 'ana', canOperate: true }),
  ])('is nobody where it is %j', (answer) => {
    expect(() => visitorOf(answer)).toThrow('must answer false, or { user, canOperate }');
  });
});

describe('an action', () => {
  const JSON_TYPE = 'application/json; charset=utf-8';
  const OWN = 'https://ops.example.org';
  test.each([
    ['same-origin', { 'sec-fetch-site': 'same-origin' }],
    [
      'same-origin behind a proxy',
      { 'sec-fetch-site': 'same-origin', origin: 'https://other.org', host: 'app:3000' },
    ],
    ['the host over plain HTTP', { origin: 'http://app:3000', host: 'app:3000' }],
    ['the host with the port of its scheme', { origin: 'https://app', host: 'app:443' }],
    ['the host of HTTP/2', { origin: 'https://app', ':authority': 'app' }],
    ['the origin of the options', { origin: OWN, host: 'app:3000' }],
    ['a program', { 'content-type': JSON_TYPE, host: 'app:3000' }],
  ])('is taken from %s', (_, headers) => {
    expect(isSameOrigin(headers, OWN)).toBe(true);
  });

  const host = { host: 'app:3000' };
  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', ...host }],
    [
      'another site that names our host',
      { 'sec-fetch-site': 'cross-site', origin: 'http://app:3000', ...host },
    ],
    ['another site that sends JSON', { 'sec-fetch-site': 'cross-site', 'content-type': JSON_TYPE, ...host }],
    ['a sibling', { 'sec-fetch-site': 'same-site', ...host }],
    ['the address bar', { 'sec-fetch-site': 'none', ...host }],
    ['two answers', { 'sec-fetch-site': 'same-origin, cross-site', ...host }],
    ['a sandbox', { origin: 'null', ...host }],
    ['another port', { origin: 'http://app:3001', ...host }],
    ['another host with JSON', { origin: 'http://evil', 'content-type': JSON_TYPE, ...host }],
    ['a host in a path', { origin: 'http://evil/app:3000', ...host }],
    ['a host behind an @', { origin: 'http://evil@app:3000', ...host }],
    ['an origin without a host of ours', { origin: 'http://app:3000' }],
    ['a form without headers', { 'content-type': 'application/x-www-form-urlencoded', ...host }],
    ['a form that says it is text', { 'content-type': 'text/plain; application/json', ...host }],
    ['nothing at all', { ...host }],
  ])('is refused from %s', (_, headers) => {
    expect(isSameOrigin(headers, undefined)).toBe(false);
  });
});

test('a refusal writes the name of a replica as it is', async () => {
  const message = 'vm:1 holds the lock';
  const running = { replica: 'vm:1' };
  const operator = { release: async () => ({ status: 'alive', message, running }) };
  const released = act(operator as unknown as TaskLockOperator, {
    action: 'release',
    name: 'report',
    fields: { fence: '1' },
    user: 'ana',
  });
  await expect(released).rejects.toThrow(/^vm:1 holds the lock$/);
});

test('only the own style and script run: nothing is unsafe', () => {
  const policy = PAGE_HEADERS['Content-Security-Policy']!;
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(policy).toContain(`script-src 'sha256-${hash}'`);
});

test.each([
  ['/task-lock', true, './task-lock/'],
  ['/deep/task-lock', true, './task-lock/'],
  ['/task-lock/', true, './'],
  ['/task-lock/task', false, './'],
])('links lead from %s to where the list and its pages are', (pathname, isList, base) => {
  expect(linksFrom(pathname, isList)).toEqual({ home: base, base });
});
