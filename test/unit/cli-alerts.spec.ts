import { expect, test } from '@jest/globals';
import { runWith, taskOf } from '../support/cli.js';

interface Rules {
  groups: { rules: { alert: string; expr: string; labels: { task: string } }[] }[];
}

async function rulesOf(...tasks: ReturnType<typeof taskOf>[]): Promise<Rules['groups'][0]['rules']> {
  const { out } = await runWith({ operator: { allTasks: async () => tasks } }, '-o', 'json', 'alerts');
  return (JSON.parse(out) as Rules).groups.flatMap(({ rules }) => rules);
}

test('each task has three rules, by its own interval', async () => {
  const rules = await rulesOf(
    taskOf({ name: 'hourly', interval: 3_600_000, nextDue: '2026-11-27T04:00:00.000Z' }),
  );
  expect(rules.map(({ alert, expr }) => [alert, expr])).toEqual([
    [
      'TaskLockOverdue',
      'time() - max({__name__=~"task_lock_next_due_time(_seconds)?",task_lock_task_name="hourly"}) > 3600 unless on () ' +
        'max(task_lock_paused{task_lock_task_name="hourly"}) == 1',
    ],
    [
      'TaskLockNotSucceeding',
      'time() - max({__name__=~"task_lock_last_success_time(_seconds)?",task_lock_task_name="hourly"}) > 10860 unless on () ' +
        'max(task_lock_paused{task_lock_task_name="hourly"}) == 1 or ' +
        'sum({__name__=~"task_lock_run_duration(_seconds)?_count",task_lock_task_name="hourly",' +
        'task_lock_run_outcome!="succeeded"} offset 10860s) > 0 and on () ' +
        'max(task_lock_paused{task_lock_task_name="hourly"}) == 0 unless on () ' +
        'max({__name__=~"task_lock_last_success_time(_seconds)?",task_lock_task_name="hourly"}) > 0',
    ],
    [
      'TaskLockTicksMissed',
      'sum(increase(task_lock_ticks_missed_total{task_lock_task_name="hourly"}[7200s])) > 0 or ' +
        'sum(task_lock_ticks_missed_total{task_lock_task_name="hourly"} unless ' +
        'task_lock_ticks_missed_total{task_lock_task_name="hourly"} offset 7200s) > 0',
    ],
  ]);
});

test('a task that is paused while the rules are printed has all of them, and one without a schedule is never overdue', async () => {
  const alertsOf = async (...tasks: Parameters<typeof taskOf>) =>
    (await rulesOf(taskOf(...tasks))).map(({ alert }) => alert);
  const paused = { by: 'ana', reason: null, since: '2026-11-27T02:00:00.000Z', until: null, name: '*' };
  expect(await alertsOf({ state: 'paused', paused, nextDue: null })).toContain('TaskLockOverdue');
  expect(await alertsOf({ schedule: null })).toEqual(['TaskLockNotSucceeding', 'TaskLockTicksMissed']);
});

test('a task without an interval, or that no code declares, has no rule', async () => {
  expect(await rulesOf(taskOf({ interval: null }), taskOf({ state: 'undeclared' }))).toEqual([]);
});

test('tasks stand in the order of their names, so that a new print shows what has changed', async () => {
  const rules = await rulesOf(taskOf({ name: 'second' }), taskOf({ name: 'first' }));
  expect([...new Set(rules.map(({ labels }) => labels.task))]).toEqual(['first', 'second']);
});

test('names are quoted, whatever they contain', async () => {
  const name = String.raw`a"b\c: # {{ .Labels }} 'd'`;
  const { out } = await runWith({ operator: { allTasks: async () => [taskOf({ name })] } }, 'alerts');
  // In YAML a text in double quotes is read as in JSON.
  const values = [...out.matchAll(/^ +-? ?(\w+): (".*")$/gm)].map(([, key, text]) => [
    key,
    JSON.parse(text!) as string,
  ]);
  const expressions = values.filter(([key]) => key === 'expr').map(([, text]) => text!);
  expect(expressions).not.toEqual([]);
  for (const expression of expressions)
    expect(expression).toContain(`task_lock_task_name=${JSON.stringify(name)}`);
  const labels = values.filter(([key]) => key === 'task').map(([, text]) => text);
  expect(new Set(labels)).toEqual(new Set([String.raw`a"b\c: # {{"{{"}} .Labels }} 'd'`]));
});
