import { expect, test } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { whenTransactionEnds } from '../../src/requests/transaction-end.js';

/** A query runner in a transaction, as TypeORM has it. */
function openRunner(): QueryRunner {
  const runner = {
    isTransactionActive: true,
    isReleased: false,
    commitTransaction: async () => void (runner.isTransactionActive = false),
    rollbackTransaction: async () => void (runner.isTransactionActive = false),
    release: async () => void (runner.isReleased = true),
  };
  return runner as unknown as QueryRunner;
}

test('the end of a transaction is told once, though the runner is released after it', async () => {
  const runner = openRunner();
  let ends = 0;
  whenTransactionEnds(runner, () => ends++);
  await runner.commitTransaction();
  await runner.release();
  expect(ends).toBe(1);
});

test('a release ends the transaction of a connection that is lost', async () => {
  const runner = openRunner();
  let ends = 0;
  whenTransactionEnds(runner, () => ends++);
  await runner.release();
  expect(ends).toBe(1);
});
