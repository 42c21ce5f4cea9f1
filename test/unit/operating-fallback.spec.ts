import { beforeEach, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { OperatingFallback } from '../../src/store/postgres/operating-fallback.js';
import { StatementRunner } from '../../src/store/postgres/statement-runner.js';
import { FakeClock, settled } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const MINUTE = 60_000;
const withCode = (code: string): Error => Object.assign(new Error(`no: ${code}`), { code });
const full = () => ({ text: 'full' });
const twin = () => ({ text: 'twin' });

let clock: FakeClock;
let sent: string[];
/** What a text answers; it resolves to rows, rejects, or never settles. */
let answers: Record<string, () => Promise<unknown[]>>;
let log: ReturnType<typeof recordingLog>;
/** How many connections were closed with a statement under way. */
let hungUp: number;
/** When a connection of the pool is free. */
let connected: Promise<void>;
let fallback: OperatingFallback;
let anew: () => OperatingFallback;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  log = recordingLog();
  answers = {};
  connected = Promise.resolve();
  hungUp = 0;
  const runner = () => {
    let hangUp = (): void => {};
    const closed = new Promise<never>((_, reject) => {
      hangUp = () => {
        hungUp++;
        reject(new Error('Connection terminated'));
      };
    });
    closed.catch(() => undefined);
    const query = async ({ text }: { text: string }) => {
      if (text === 'BEGIN') return { rows: [] };
      sent.push(text);
      if (text === 'ROLLBACK') return { rows: [] };
      return { rows: await Promise.race([closed, answers[text]?.() ?? Promise.resolve([text])]) };
    };
    const connect = () => connected.then(() => ({ query, end: () => hangUp() }));
    return { connect, release: async () => {} };
  };
  const source = { createQueryRunner: runner } as unknown as DataSource;
  anew = () =>
    new OperatingFallback(new StatementRunner(() => source, clock, 10_000, true), clock, log, {
      consequence: 'paused tasks run',
      probe: () => 'probe',
      explained: (error) => error,
    });
  fallback = anew();
});

const failing = (code: string) => () => Promise.reject(withCode(code));
const silent = () => new Promise<never>(() => {});
const errorOf = (query: Promise<unknown>) => query.catch((error: unknown) => error);

/** What is sent for one query. */
async function sentFor(query = () => fallback.query(full, twin)): Promise<string[]> {
  sent = [];
  await query();
  await settled();
  return sent.filter((text) => !text.includes('set_config'));
}

test('a statement that is answered has no twin', async () => {
  expect(await sentFor()).toEqual(['full']);
  expect(log.lines.error).toEqual([]);
});

describe('where the table cannot be used', () => {
  test.each(['42P01', '42501', '42703', '23514', '55P03', '53100', 'P0001', 'XX001', '22008'])(
    'the twin is sent at once, and alone from then on: %s',
    async (code) => {
      answers['full'] = failing(code);
      expect(await sentFor()).toEqual(['full', 'twin']);
      expect(await sentFor()).toEqual(['twin']);
      expect(log.lines.error).toHaveLength(1);
    },
  );

  test.each([
    ['the server', withCode('57014')],
    ["the application's own query_timeout", new Error('Query read timeout')],
  ])('the same where a timeout of %s ended it, and a probe fails, too', async (_, timeout) => {
    answers = { full: () => Promise.reject(timeout), probe: failing('57014') };
    expect(await sentFor()).toEqual(['full', 'probe', 'ROLLBACK', 'twin']);
    answers = { full: () => Promise.reject(timeout) };
    fallback = anew();
    const error = errorOf(fallback.query(full, twin));
    expect(await error).toBeInstanceOf(LockStoreUnavailableError);
  });

  test('and does not answer within a second, its connection is closed and the twin is sent', async () => {
    answers = { full: silent, probe: failing('55P03') };
    const rows = fallback.query(full, twin);
    await clock.advance(999);
    expect(sent).toEqual(['full']);
    await clock.advance(1);
    expect(await rows).toEqual(['twin']);
    expect(log.lines.error).toEqual(['For a minute paused tasks run: no: 55P03']);
  });

  test('what has waited for a connection goes without it while it is probed: the probe waits for one, too', async () => {
    answers = { full: silent, probe: silent };
    void errorOf(fallback.query(full, twin));
    await settled();
    let connect = (): void => {};
    connected = new Promise((resolve) => (connect = resolve));
    const waiting = fallback.query(full, twin);
    await clock.advance(1_000);
    connect();
    expect(await waiting).toEqual(['twin']);
  });

  test('where no connection is free for the probe, the statement gives up its own after two seconds', async () => {
    answers = { full: silent };
    const rows = fallback.query(full, twin);
    await settled();
    connected = new Promise<never>(() => {});
    await clock.advance(1_999);
    expect(hungUp).toBe(0);
    connected = Promise.resolve();
    answers = { full: silent, probe: failing('55P03') };
    await clock.advance(1);
    expect(await rows).toEqual(['twin']);
  });

  test('it is left out as soon as a probe has failed: the twin may wait for a connection', async () => {
    answers = { full: silent, probe: failing('55P03'), twin: silent };
    void errorOf(fallback.query(full, twin));
    await clock.advance(1_000);
    expect(sent.at(-1)).toBe('twin');
    answers = {};
    expect(await sentFor()).toEqual(['twin']);
  });

  test('after a minute a probe that nobody waits for decides whether it is used again', async () => {
    answers['full'] = failing('42501');
    await sentFor();
    answers = { probe: failing('42501') };
    await clock.advance(MINUTE);
    expect(await sentFor()).toEqual(['twin', 'probe', 'ROLLBACK']);
    expect(await sentFor()).toEqual(['twin']);
    expect(log.lines.error).toHaveLength(2);
    answers = {};
    await clock.advance(MINUTE);
    expect(await sentFor()).toEqual(['twin', 'probe', 'ROLLBACK']);
    expect(await sentFor()).toEqual(['full']);
    expect(log.lines.error).toHaveLength(2);
  });

  test('one probe is sent at a time', async () => {
    answers['full'] = failing('42501');
    await sentFor();
    answers = { probe: silent };
    await clock.advance(MINUTE);
    await sentFor();
    expect(await sentFor()).toEqual(['twin']);
  });

  test('it is never probed where it is missing: only a start looks again', async () => {
    answers['full'] = failing('42P01');
    await sentFor();
    expect(log.lines.error).toEqual([expect.stringMatching(/^Until the next start paused tasks run: /)]);
    await clock.advance(100 * MINUTE);
    expect(await sentFor()).toEqual(['twin']);
  });

  test('statements that fail together are one log line', async () => {
    answers['full'] = failing('42501');
    await Promise.all([fallback.query(full, twin), fallback.query(full, twin)]);
    expect(log.lines.error).toHaveLength(1);
  });
});

describe('where the table is not at fault', () => {
  test.each(['08006', '57P01', '25006', '28P01', '3D000', '26000', '40001', '53300', 'ECONNRESET'])(
    'the error is told, and no twin is sent: a pause must not be passed over for that: %s',
    async (code) => {
      answers['full'] = failing(code);
      expect(await errorOf(fallback.query(full, twin))).toBeInstanceOf(LockStoreUnavailableError);
      expect(sent).not.toContain('twin');
      expect(await sentFor(() => errorOf(fallback.query(full, twin)).then(() => []))).toContain('full');
    },
  );

  test.each([
    ['is not reached by the probe either', silent],
    ['is not reached by the probe, whose connection breaks', failing('08006')],
  ])('a statement without an answer has no twin where the server %s', async (_, probe) => {
    answers = { full: silent, probe };
    const error = errorOf(fallback.query(full, twin));
    for (let second = 0; second < 3; second++) await clock.advance(1_000);
    expect(await error).toMatchObject({ name: 'LockStoreUnavailableError', sent: true });
    expect(sent).toContain('probe');
    expect(sent).not.toContain('twin');
    expect(log.lines.error).toEqual([]);
    answers = {};
    expect(await sentFor()).toEqual(['full']);
  });

  test('a slow server has its time to answer, and what comes meanwhile uses the table', async () => {
    let answer: (rows: string[]) => void = () => undefined;
    answers = { full: () => new Promise((resolve) => (answer = resolve)) };
    const rows = fallback.query(full, twin);
    await clock.advance(9_999);
    expect(sent).toContain('probe');
    answer(['late']);
    expect(await rows).toEqual(['late']);
    answers = {};
    expect(await sentFor()).toEqual(['full']);
  });

  test('what comes while it is probed waits for what is found: its twin would pass over a pause', async () => {
    let find = (): void => {};
    answers = { full: silent, probe: () => new Promise((resolve) => (find = () => resolve([]))) };
    void errorOf(fallback.query(full, twin));
    await clock.advance(1_000);
    answers['full'] = async () => ['second'];
    const second = fallback.query(full, twin);
    await settled();
    expect(sent.filter((text) => text !== 'probe' && !text.includes('set_config'))).toEqual(['full']);
    find();
    expect(await second).toEqual(['second']);
  });

  test('and is given up after the time of every statement, without a twin', async () => {
    answers = { full: silent };
    const error = errorOf(fallback.query(full, twin));
    await clock.advance(10_000);
    expect(await error).toMatchObject({ message: 'there was no answer within 10000 ms', sent: true });
    expect(sent).not.toContain('twin');
  });

  test('a probe that fails after the answer changes nothing', async () => {
    let answer: (rows: string[]) => void = () => undefined;
    answers = { full: () => new Promise((resolve) => (answer = resolve)), probe: silent };
    const rows = fallback.query(full, twin);
    await clock.advance(1_000);
    answer(['late']);
    expect(await rows).toEqual(['late']);
    await clock.advance(1_000);
    expect(hungUp).toBe(1);
  });

  test('statements without an answer share one probe', async () => {
    answers = { full: silent, probe: silent };
    for (let nth = 0; nth < 3; nth++) void errorOf(fallback.query(full, twin));
    await clock.advance(1_000);
    expect(sent.filter((text) => text === 'probe')).toHaveLength(1);
  });

  test('a failure that its twin has too is told, and leaves it in use', async () => {
    answers = { full: failing('42P01'), twin: failing('42P01') };
    expect(await errorOf(fallback.query(full, twin))).toBeInstanceOf(LockStoreUnavailableError);
    answers = {};
    expect(await sentFor()).toEqual(['full']);
    expect(log.lines.error).toEqual([]);
  });
});

describe('a statement without an answer may still have its effect', () => {
  beforeEach(() => {
    answers = { full: silent, probe: failing('55P03') };
  });

  test('so an answer of its twin that is not the whole is an error that says so, and what comes next is the twin alone', async () => {
    const error = errorOf(fallback.query(full, twin, undefined, () => false));
    await clock.advance(1_000);
    expect(await error).toMatchObject({ name: 'LockStoreUnavailableError', sent: true });
    expect(await sentFor()).toEqual(['twin']);
  });

  test('so it counts as sent where its twin is not', async () => {
    const signal = { aborted: false };
    const error = errorOf(fallback.query(full, twin, signal));
    await settled();
    signal.aborted = true;
    await clock.advance(1_000);
    expect(await error).toMatchObject({ name: 'LockStoreUnavailableError', sent: true });
    expect(sent).not.toContain('twin');
  });
});
