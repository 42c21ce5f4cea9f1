import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { durationText, relative, settingText, timeText } from '../../src/dashboard/html/times.js';
import type { TimeForm } from '../../src/dashboard/html/times.js';
import { sentence } from '../../src/dashboard/html/sentence.js';
import { SCRIPT } from '../../src/dashboard/script.js';
import { NOW } from '../support/dashboard-views.js';

const [S, M, H, D] = [1_000, 60_000, 3_600_000, 86_400_000];

describe('a time', () => {
  test.each<[number, TimeForm, string]>([
    [0, 'away', 'now'],
    [-999, 'away', 'now'],
    [-41 * S, 'away', '41s ago'],
    [59_999, 'away', 'in 59s'],
    [3 * M + 20 * S, 'away', 'in 3m'],
    [2 * H + 5 * M, 'away', 'in 2h 5m'],
    [-(3 * D + 4 * H), 'away', '3d 4h ago'],
    [-(3 * M + 20 * S), 'for', '3m 20s'],
    [5 * S, 'for', '0s'],
    [38 * S, 'left', '38s'],
    [-1, 'left', 'no time'],
  ])('that is %d ms away is %s %j', (difference, form, text) => {
    expect(timeText(NOW.getTime() + difference, NOW.getTime(), form)).toBe(text);
  });

  test('has the instant itself in its title', () => {
    expect(String(relative('2026-11-27T04:39:31.900Z', NOW, 'for'))).toBe(
      '<time datetime="2026-11-27T04:39:31Z" title="2026-11-27 04:39:31Z" data-as="for">41s</time>',
    );
  });

  test('in a sentence is written as people do, with the exact one in its title', () => {
    expect(String(sentence('due at 2026-11-27T03:00:00.000Z, <now>', NOW))).toBe(
      'due at <time class=at datetime="2026-11-27T03:00:00.000Z" title="2026-11-27T03:00:00.000Z">27 Nov, 03:00 UTC</time>, &lt;now&gt;',
    );
  });
});

test.each([
  [0, '0 ms'],
  [230, '230 ms'],
  [1_449, '1.4 s'],
  [59_960, '1m'],
  [200_000, '3m 20s'],
  [2 * H + 5 * M, '2h 5m'],
])('a run of %d ms took %s', (duration, text) => expect(durationText(duration)).toBe(text));

test.each([
  [0, '0s'],
  [500, '500ms'],
  [2_700, '2.7s'],
  [90 * S, '1m 30s'],
  [H, '1h'],
  [6 * D + 7 * H + 12 * M, '6d 7h 12m'],
])('a setting of %d ms is %s', (length, text) => expect(settingText(length)).toBe(text));

test('the script writes each time as the server does', () => {
  const [, texts] = /(const lengthOf=.*?)const tick=/.exec(SCRIPT) ?? [];
  const constants = /SECOND=1e3,MINUTE=6e4,HOUR=36e5,DAY=864e5/.exec(SCRIPT)?.[0];
  const textOf = runInNewContext(`const ${constants};${texts};textOf`) as typeof timeText;
  const lengths = [0, 1, S - 1, S, M - 1, M, M + S, H - 1, H, H + M, D - 1, D, D + H, 40 * D];
  for (const form of [undefined, 'for', 'left'] as const)
    for (const difference of lengths.flatMap((length) => [length, -length]))
      expect([difference, form, textOf(difference, 0, form)]).toEqual([
        difference,
        form,
        timeText(difference, 0, form),
      ]);
});
