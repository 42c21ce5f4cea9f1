import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { messageOf } from '../../src/common/error-text.js';
import { codeOf, isRefusal, isTransient } from '../../src/store/postgres/errors.js';

/** An error of another realm, as Node's sockets throw them into a test of Jest: no instance of this one's Error. */
function foreign(code: string, message: string): unknown {
  return runInNewContext('Object.assign(new Error(message), { code })', { code, message });
}

describe('an error of another realm', () => {
  const reset = foreign('ECONNRESET', 'read ECONNRESET');

  test('is none of this one', () => expect(reset instanceof Error).toBe(false));

  test('is transient by its code: a release that met it would be given up', () => {
    expect(isTransient(reset)).toBe(true);
    expect(isTransient(Object.assign(new Error('query failed'), { driverError: reset }))).toBe(true);
  });

  test('keeps its message', () => expect(messageOf(reset)).toBe('read ECONNRESET'));
});

test('a refusal of the server is told from a code of the socket, which has five letters at times', () => {
  expect(isRefusal(Object.assign(new Error('denied'), { code: '42501' }))).toBe(true);
  expect(isRefusal(Object.assign(new Error('not permitted'), { code: 'EPERM' }))).toBe(false);
});

test('what was thrown need not be an error', () => {
  expect([codeOf('text'), codeOf(undefined), messageOf(undefined), messageOf('text')]).toEqual([
    undefined,
    undefined,
    'undefined',
    'text',
  ]);
});
