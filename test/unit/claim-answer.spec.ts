import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claimAnswer } from '../../src/store/postgres/claim-answer.js';
import { aClaim } from '../support/claims.js';

/** As Postgres writes it: the shortest text that reads as the same number. */
const secondsOf = (instant: number): string => String(instant / 1_000);

/** Where seconds have fewer bits left than milliseconds: a product of them is not always whole. */
const [IN_2038, IN_2039] = [Date.parse('2038-01-20T00:00:00Z'), Date.parse('2039-08-01T00:00:00Z')];

test('the last tick of a row is the instant that was claimed, to the millisecond, in any year', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: IN_2038, max: IN_2039 }),
        fc.integer({ min: 0, max: Date.parse('2100-01-01T00:00:00Z') }),
      ),
      (instant) => {
        const tick = secondsOf(instant);
        const claim = aClaim({ tick: { kind: 'scheduled', scheduledTime: new Date(instant) }, minHold: 1 });
        const row = {
          name: claim.name,
          won: 'f',
          now: secondsOf(instant + 10_000),
          fence: '7',
          started: tick,
          tick,
          until: tick,
          outcome: 'succeeded',
          held_by: 'replica-b',
          finished: tick,
          mine: 'f',
          paused: 'f',
          resumed: null,
          previous_tick: null,
        } as const;
        expect(claimAnswer(claim, row)).toMatchObject({ status: 'done', lastTick: new Date(instant) });
      },
    ),
  );
});
