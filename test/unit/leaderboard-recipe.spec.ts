import { expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Leaderboard } from '../processes/app/leaderboard/leaderboard.js';

test('a reload that is answered late does not replace a newer result', async () => {
  const answers: ((rows: unknown[]) => void)[] = [];
  const query = () => new Promise((resolve) => answers.push(resolve));
  const leaderboard = new Leaderboard({ query } as unknown as DataSource);
  const reloads = [leaderboard.reload(), leaderboard.reload()];
  const newer = [{ player: 'Grace', points: 2 }];
  answers[1]!([{ version: '10', ranks: newer }]);
  await reloads[1];
  answers[0]!([{ version: '9', ranks: [{ player: 'Ada', points: 1 }] }]);
  await reloads[0];
  expect(leaderboard.ranks).toEqual(newer);
});
