import { describe, expect, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { Operating } from '../../src/operate/operating.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';

const MINUTE = 60_000;

function operating(answers: (string | undefined | Error | Promise<undefined>)[]) {
  const clock = new FakeClock();
  const log = recordingLog();
  const counts = { prepared: 0, begun: 0, ended: 0 };
  const prepare = async () => {
    const answer = await answers[Math.min(counts.prepared++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const part = { begin: () => void counts.begun++, end: () => void counts.ended++ };
  const parts = new Operating({ prepare }, [part], clock, log, 1_000);
  return { clock, log, counts, parts };
}

const outage = () => new LockStoreUnavailableError('connection refused', false);

describe('what is done for operators', () => {
  test('begins a moment after the start, once the tables are known to be there', async () => {
    const { clock, counts, parts, log } = operating([undefined]);
    parts.begin();
    expect(counts).toEqual({ prepared: 0, begun: 0, ended: 0 });
    await clock.advance(MINUTE);
    expect(counts).toEqual({ prepared: 1, begun: 1, ended: 0 });
    expect(log.lines).toMatchObject({ warn: [], error: [] });
    expect(clock.pending).toBe(0);
  });

  test('does not keep the process alive', () => {
    const { clock, parts } = operating([undefined]);
    parts.begin();
    expect(clock.keepingAlive).toBe(0);
  });

  test('does not begin before the next start where a table is missing, which is one error line', async () => {
    const { clock, counts, parts, log } = operating(['the table task_lock_run is missing']);
    parts.begin();
    await clock.advance(100 * MINUTE);
    expect(counts).toEqual({ prepared: 1, begun: 0, ended: 0 });
    expect(log.lines.error).toEqual([
      'Tasks are locked, and nothing is recorded or steered until the next start of this replica: ' +
        'the table task_lock_run is missing',
    ]);
  });

  test('begins after an outage, of which one line tells', async () => {
    const { clock, counts, parts, log } = operating([outage(), outage(), undefined]);
    parts.begin();
    await clock.advance(5 * MINUTE);
    expect(counts).toMatchObject({ prepared: 3, begun: 1 });
    expect(log.lines.warn).toEqual([
      'The tables of operating could not be checked, which is retried: connection refused',
    ]);
  });

  test('begins after an attempt that had no answer', async () => {
    const { clock, counts, parts } = operating([new Promise<undefined>(() => {}), undefined]);
    parts.begin();
    await clock.advance(5 * MINUTE);
    expect(counts).toMatchObject({ prepared: 2, begun: 1 });
  });

  test('ends at a shutdown, also one before it began', async () => {
    const { clock, counts, parts } = operating([undefined]);
    parts.begin();
    parts.end();
    await clock.advance(5 * MINUTE);
    expect(counts).toEqual({ prepared: 0, begun: 0, ended: 1 });
    expect(clock.pending).toBe(0);
  });

  test('says nothing of an attempt whose connection a shutdown has closed', async () => {
    let close = (): void => {};
    const closed = new Promise<undefined>((_, reject) => (close = () => reject(outage())));
    const { clock, counts, parts, log } = operating([closed]);
    parts.begin();
    await clock.advance(1_000);
    expect(counts.prepared).toBe(1);
    parts.end();
    close();
    await clock.advance(5 * MINUTE);
    expect(log.lines).toMatchObject({ warn: [], error: [] });
    expect(clock.pending).toBe(0);
  });
});
