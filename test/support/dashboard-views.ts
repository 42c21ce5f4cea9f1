import type { RunState, TaskState } from '../../src/operate/operator-types.js';
import type { AnswerView, ConfirmView, Frame, ListView, TaskView } from '../../src/dashboard/views.js';
import { DASHBOARD_ACTIONS } from '../../src/dashboard/views.js';
import { taskOf } from './task-of.js';

/** What the pages of the dashboard show, for tests without a database. */
export const NOW = new Date('2026-11-27T04:40:12.345Z');

export const frame: Frame = {
  title: 'Task lock',
  user: 'ana',
  home: 'task-lock',
  base: 'task-lock/',
  allowed: DASHBOARD_ACTIONS,
  now: NOW,
};

export function runState(given: Partial<RunState> = {}): RunState {
  return {
    key: null,
    fence: '7',
    tick: '2026-11-27T04:40:00.000Z',
    trigger: 'tick',
    replica: 'replica-1',
    startedAt: '2026-11-27T04:40:00.020Z',
    finishedAt: '2026-11-27T04:40:00.250Z',
    durationMs: 230,
    latenessMs: 20,
    outcome: 'succeeded',
    error: null,
    ...given,
  };
}

export function task(given: Partial<TaskState> = {}): TaskState {
  return taskOf({
    application: 'shop',
    lastRun: runState(),
    lastSuccessAt: '2026-11-27T04:40:00.250Z',
    nextDue: '2026-11-27T05:00:00.000Z',
    ...given,
  });
}

export const running = task({
  state: 'running',
  running: {
    replica: 'replica-2',
    since: '2026-11-27T04:39:31.000Z',
    leaseEndsAt: '2026-11-27T04:40:50.000Z',
    tick: null,
    fence: '12',
    key: null,
  },
});

export function listView(tasks: readonly TaskState[], given: Partial<ListView> = {}): ListView {
  const counts = { idle: 0, running: 0, paused: 0, overdue: 0, died: 0, undeclared: 0 };
  for (const { state } of tasks) counts[state]++;
  const page = { items: [...tasks], page: 1, pages: 1, total: tasks.length };
  return { ...frame, tasks: page, recent: new Map(), counts, pause: null, ...given };
}

export function taskView(shown: TaskState, given: Partial<TaskView> = {}): TaskView {
  return {
    ...frame,
    explanation: { name: shown.name, at: NOW.toISOString(), sentences: [], unknown: [], task: shown },
    ticks: [],
    runs: [],
    next: [],
    actions: [],
    ...given,
  };
}

export function confirmView(given: Partial<ConfirmView> & Pick<ConfirmView, 'action'>): ConfirmView {
  return { ...frame, name: 'clean-up', task: task(), ...given };
}

export function answerView(given: Partial<AnswerView> = {}): AnswerView {
  return { ...frame, name: 'clean-up', heading: 'Paused', sentences: [], tone: 'done', ...given };
}
