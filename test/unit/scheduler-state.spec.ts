import { describe, expect, test } from '@jest/globals';
import { SchedulerState } from '../../src/nest/scheduler-state.js';
import type { SchedulerJobs } from '../../src/nest/scheduler-state.js';

function stateWith(jobs: { crons?: string[]; intervals?: string[]; timeouts?: string[] } | undefined) {
  const registry: SchedulerJobs | undefined = jobs && {
    getCronJobs: () => new Map((jobs.crons ?? []).map((name) => [name, {}])),
    getIntervals: () => jobs.intervals ?? [],
    getTimeouts: () => jobs.timeouts ?? [],
  };
  return new SchedulerState(() => registry);
}

describe('before direct calls are marked', () => {
  test('no call is a tick where the application has no scheduler, or none of its timers is set', () => {
    expect(stateWith(undefined).mayTick()).toBe(false);
    expect(stateWith({}).mayTick()).toBe(false);
  });

  test.each([{ crons: ['a'] }, { intervals: ['a'] }, { timeouts: ['a'] }])(
    'a call may be a tick with %j',
    (jobs) => {
      expect(stateWith(jobs).mayTick()).toBe(true);
    },
  );
});

test('once direct calls are marked, every other call is a tick', () => {
  const state = stateWith(undefined);
  state.markedDirectCalls();
  expect(state.mayTick()).toBe(true);
});

test('whether there is a scheduler is known', () => {
  expect(stateWith(undefined).hasScheduler).toBe(false);
  expect(stateWith({}).hasScheduler).toBe(true);
});
