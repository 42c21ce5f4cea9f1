import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { messageOf } from '../../src/common/error-text.js';
import { codeOf, isRefusedForGood, isWithoutEffect } from '../../src/store/postgres/errors.js';

const withCode = (code: string): Error => Object.assign(new Error('refused'), { code });

/** An error of another realm, as Node's sockets throw them into a test of Jest: no instance of this one's Error. */
function foreign(code: string, message: string): unknown {
  return runInNewContext('Object.assign(new Error(message), { code })', { code, message });
}

describe('an error of another realm', () => {
  const refused = foreign('22021', 'invalid byte sequence');

  test('is none of this one', () => expect(refused instanceof Error).toBe(false));

  test('is told by its code, also where TypeORM has wrapped it', () => {
    expect(isRefusedForGood(refused)).toBe(true);
    expect(isRefusedForGood(Object.assign(new Error('query failed'), { driverError: refused }))).toBe(true);
  });

  test('keeps its message', () => expect(messageOf(refused)).toBe('invalid byte sequence'));
});

describe('an error without a message', () => {
  const refused = (address: string) =>
    Object.assign(new Error(`connect ${address}`), { code: 'ECONNREFUSED' });

  test('of a host that refuses at each of its addresses tells the reasons', () => {
    const error = new AggregateError([refused('::1'), refused('127.0.0.1')], '');
    expect(messageOf(error)).toBe('connect ::1; connect 127.0.0.1');
  });

  test('tells its code', () => {
    expect(messageOf(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  });
});

test('the code of an error is found where wrappers have no cause, and where an error is its own', () => {
  expect(codeOf({ driverError: undefined, cause: { code: '22021' } })).toBe('22021');
  const own: { cause?: unknown } = {};
  own.cause = own;
  expect(codeOf(own)).toBeUndefined();
});

describe('a statement is refused for good', () => {
  test.each([
    ['a text that cannot be stored', '22021'],
    ['a number out of range', '22003'],
    ['a constraint', '23514'],
    ['a check option', '44000'],
    ['an entry of an index that is too long', '54000'],
    ['an exception of a trigger', 'P0001'],
  ])('by %s (%s)', (_, code) => expect(isRefusedForGood(withCode(code))).toBe(true));

  test.each([
    ['a missing table', '42P01'],
    ['a missing column', '42703'],
    ['a missing privilege', '42501'],
    ['a column whose type has changed', '42883'],
    ['a missing schema', '3F000'],
    ['a database that is gone', '3D000'],
    ['a read-only standby', '25006'],
    ['a failed transaction that somebody left open', '25P02'],
    ['a conflict', '40001'],
    ['a commit of which nobody knows', '40003'],
    ['a lock timeout', '55P03'],
    ['a database that takes no connections', '55000'],
    ['a wrong password', '28P01'],
    ['pg_hba.conf', '28000'],
    ['too many connections', '53300'],
    ['a full disk', '53100'],
    ['a shutdown', '57P01'],
    ['a start', '57P03'],
    ['a cancelled statement', '57014'],
    ['a broken connection', '08006'],
    ['the system', '58030'],
    ['a bug of the server', 'XX000'],
    ['an outdated plan', '0A000'],
    ['an error that nobody knows yet', 'Q1234'],
    ['the socket', 'ECONNRESET'],
    ['the socket, in five letters', 'EPERM'],
    ['a certificate', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ])('and not by %s (%s)', (_, code) => expect(isRefusedForGood(withCode(code))).toBe(false));

  test('and not by an error without a code', () =>
    expect(isRefusedForGood(new Error('Connection terminated unexpectedly'))).toBe(false));
});

test.each([
  ['42P01', true],
  ['42501', true],
  ['25006', true],
  ['40001', true],
  ['40P01', true],
  ['0A000', true],
  ['40003', false],
  ['57014', false],
  ['57P01', false],
  ['08006', false],
  ['XX000', false],
  ['EPERM', false],
  ['ECONNRESET', false],
])('whether %s says that nothing has changed: %s', (code, answer) =>
  expect(isWithoutEffect(withCode(code))).toBe(answer),
);

test('what was thrown need not be an error', () => {
  expect([codeOf('text'), codeOf(undefined), messageOf(undefined), messageOf('text')]).toEqual([
    undefined,
    undefined,
    'undefined',
    'text',
  ]);
});
