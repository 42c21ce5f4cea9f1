import { describe, expect, test } from '@jest/globals';
import { evidenceOf, fault, NOON, SECOND } from '../chaos/hand-made.js';
import type { HandMadeRun } from '../chaos/hand-made.js';
import { FAULTS } from './faults.js';
import type { CaseResult } from './run-cases.js';
import { withResults } from './results.js';
import { sliceOf } from './slice.js';
import type { Mode } from './stack/stack.js';
import { tableOf } from './table.js';
import { judge } from './verdict.js';

const FAILOVER = 10 * SECOND;
const ANSWER = 20 * SECOND;
/** Those from the fault to the new primary's first answer. */
const DURING = Array.from({ length: 11 }, (_, index) => FAILOVER + index * SECOND);
const sight = {
  lastFailure: NOON + ANSWER - 300,
  answer: NOON + ANSWER,
};

function caseWith(mode: Mode, without: readonly number[] = DURING, runs: readonly HandMadeRun[] = []) {
  const failover = fault('failover', FAILOVER, ANSWER, undefined);
  const evidence = evidenceOf({ without, runs, faults: [{ ...failover, replica: undefined }] });
  const sights = { haproxy: sight, pgbouncer: { ...sight, answer: sight.answer + SECOND } };
  return judge({ mode, fault: FAULTS[0]!, evidence, sights } satisfies CaseResult);
}

describe('a case in which a failover was done', () => {
  test('is well where no tick is missed but while there was no primary, and says how long that took', () => {
    const { row, broken } = caseWith('strict');
    expect(broken).toEqual([]);
    expect(row).toMatchObject({ explained: DURING.length, missed: 0, twice: 0, lost: 0 });
    expect(row).toMatchObject({ answeredAfter: 10 * SECOND, answeredThroughPooler: 11 * SECOND });
    expect(row.firstTickAfter).toBe(11 * SECOND + 10);
    expect(tableOf([row])).toContain('| 10.0 s | 11.0 s | 11.0 s | 0 |');
  });

  test.each(['on', 'strict', 'off'] as const)(
    'breaks a promise where a tick is missed later, with synchronous_mode %s',
    (mode) => {
      const { row, broken } = caseWith(mode, [...DURING, 35 * SECOND]);
      expect(broken.map(({ kind }) => kind)).toEqual(['missed']);
      expect(row.missed).toBe(1);
    },
  );

  test.each([
    { mode: 'on', promises: ['run twice'] },
    { mode: 'strict', promises: ['run twice'] },
    { mode: 'off', promises: [] },
  ] as const)(
    'counts a tick that ran twice; with synchronous_mode $mode it breaks $promises',
    ({ mode, promises }) => {
      const again = { tick: 9 * SECOND, replica: 'b', fence: 21, start: 20_500 };
      const later = Array.from({ length: 19 }, (_, index) => (21 + index) * SECOND);
      const runs = [again, ...later.map((tick) => ({ tick, fence: tick / SECOND + 5 }))];
      const { row, broken } = caseWith(mode, [...DURING, ...later], runs);
      expect(row.twice).toBe(1);
      expect(broken.map(({ kind }) => kind)).toEqual(promises);
    },
  );
});

describe('a slice of what happened', () => {
  const whole = evidenceOf({ faults: [fault('failover', 2_000), fault('failover', 30_000)] });
  const slice = sliceOf(whole, NOON + 10_100, NOON + 20_100);

  test('has the runs in progress at its start, those that start in it, and its faults', () => {
    const starts = slice.lines.filter(({ event }) => event === 'start').map(({ at }) => at - NOON);
    expect(starts).toEqual(Array.from({ length: 11 }, (_, index) => (10 + index) * SECOND + 10));
    expect(slice.faults).toEqual([]);
    expect(sliceOf(whole, NOON + 1_000, NOON + 5_000).faults).toEqual([whole.faults[0]]);
  });
});

test('the results of a run take the place of those of the last one, and nothing else on the page changes', () => {
  const once = withResults(
    'before\n\n<!-- begin npm run test:ha -->\n<!-- end npm run test:ha -->\n\nafter\n',
    'first',
  );
  const twice = withResults(once, 'second');
  expect(twice).toBe(once.replace('first', 'second'));
  expect(twice).toMatch(/^before\n\n.+\n\nsecond\n\n.+\n\nafter\n$/);
  expect(() => withResults('a page without marks', 'first')).toThrow('lacks');
});
