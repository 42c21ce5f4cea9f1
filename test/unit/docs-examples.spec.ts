import { expect, test } from '@jest/globals';
import { GameUpdates, CourseExports, Statistics } from '../../examples/docs/lock-for-each-argument.js';
import { Jobs } from '../../examples/docs/some-replicas.js';
import { currentTaskRun, TaskLockHeldError, TaskLockLostError } from '../../src/index.js';
import { attachTaskLock } from '../../src/testing/index.js';
import { Gate } from '../support/gate.js';

test('A lock for each argument: a game is updated once at a time, and other games beside it', async () => {
  const gate = new Gate();
  const updates = attachTaskLock(
    new GameUpdates({
      refresh: async (gameId) => {
        if (gameId === 1) await gate.opened;
        return { home: gameId, away: 0 };
      },
    }),
  );
  const first = updates.update(1);
  expect(await updates.update(2)).toEqual({ home: 2, away: 0 });
  expect(await updates.update(1)).toBeUndefined();
  gate.open();
  expect(await first).toEqual({ home: 1, away: 0 });
});

test('A lock for each argument: a call with overlap throw says who holds the lock', async () => {
  const gate = new Gate();
  class Exports extends CourseExports {
    protected override async removeStaleFiles(): Promise<void> {}
    protected override async write(courseId: number): Promise<string> {
      await gate.opened;
      return `course ${courseId}`;
    }
  }
  const exports = attachTaskLock(new Exports());
  const first = exports.export(7);
  await expect(exports.export(7)).rejects.toBeInstanceOf(TaskLockHeldError);
  gate.open();
  expect(await first).toBe('course 7');
});

test('A task in the background: a call is skipped while it runs, and a run that is over computes no more', async () => {
  const computed: string[] = [];
  class TwoPages extends Statistics {
    outlived?: () => void;
    protected override async pages(): Promise<string[]> {
      this.outlived = currentTaskRun()?.assertHeld.bind(currentTaskRun());
      return ['one', 'two'];
    }
    protected override async compute(page: string): Promise<void> {
      computed.push(page);
    }
  }
  const statistics = attachTaskLock(new TwoPages());
  await Promise.all([statistics.recompute(), statistics.recompute()]);
  expect(computed).toEqual(['one', 'two']);
  expect(statistics.outlived).toThrow(TaskLockLostError);
});

test('Some replicas only: nothing runs where the condition is false', async () => {
  let isLeader = false;
  const jobs = attachTaskLock(new Jobs({ isLeader: () => isLeader }));
  expect(await jobs.report()).toBeUndefined();
  isLeader = true;
  expect(await jobs.report()).toBe('written by the leader');
});
