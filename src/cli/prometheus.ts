import { roughDuration } from '../common/duration.js';
import type { TaskState } from '../operate/operator-types.js';

/** A file of rules, as Prometheus reads it. */
export interface RuleFile {
  groups: { name: string; rules: AlertRule[] }[];
}

interface AlertRule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const MINUTE = 60_000;
/** A task that fails this many times in a row wakes somebody. */
const INTERVALS_WITHOUT_SUCCESS = 3;

/** Three rules a task, by its own interval: it does not run, it does not succeed, it misses ticks. Without a schedule two. */
export function alertRules(tasks: readonly TaskState[]): RuleFile {
  const rules = tasks.flatMap(({ name, interval, state, schedule }) =>
    interval === null || state === 'undeclared' ? [] : rulesOf(name, interval, schedule !== null),
  );
  return { groups: [{ name: 'nestjs-task-lock', rules }] };
}

function rulesOf(name: string, interval: number, isScheduled: boolean): AlertRule[] {
  const label = `task_lock_task_name=${JSON.stringify(name)}`;
  const of = `{${label}}`;
  // Some exporters add the unit to the name, and some do not.
  const inSeconds = (metric: string): string => `{__name__=~"${metric}(_seconds)?",${label}}`;
  const allowance = Math.max(interval, MINUTE);
  const silence = INTERVALS_WITHOUT_SUCCESS * interval + MINUTE;
  const window = seconds(2 * allowance);
  const missed = `task_lock_ticks_missed_total${of}`;
  const succeeded = inSeconds('task_lock_last_success_time');
  const failures = `{__name__=~"task_lock_run_duration(_seconds)?_count",${label},task_lock_run_outcome!="succeeded"}`;
  const notPaused = ` unless on () max(task_lock_paused${of}) == 1`;
  const rule = (alert: string, expr: string, severity: string, summary: string): AlertRule => ({
    alert,
    expr,
    for: '1m',
    labels: { severity, task: escaped(name) },
    annotations: { summary: `${escaped(name)} ${summary}` },
  });
  return [
    ...(isScheduled
      ? [
          rule(
            'TaskLockOverdue',
            `time() - max(${inSeconds('task_lock_next_due_time')}) > ${allowance / 1_000}${notPaused}`,
            'critical',
            `should have run by now, by more than ${roughDuration(allowance)}`,
          ),
        ]
      : []),
    // A task that never succeeded, or not since its oldest recorded run, has no time of a success: its failures tell.
    rule(
      'TaskLockNotSucceeding',
      `time() - max(${succeeded}) > ${silence / 1_000}${notPaused} ` +
        `or sum(${failures} offset ${seconds(silence)}) > 0 and on () max(task_lock_paused${of}) == 0 ` +
        `unless on () max(${succeeded}) > 0`,
      'warning',
      `has not succeeded for ${roughDuration(silence)}`,
    ),
    // A counter that has just appeared has not increased yet: that is the second half.
    rule(
      'TaskLockTicksMissed',
      `sum(increase(${missed}[${window}])) > 0 or sum(${missed} unless ${missed} offset ${window}) > 0`,
      'warning',
      'has missed ticks',
    ),
  ];
}

function seconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1_000)}s`;
}

/** Prometheus reads labels and annotations as templates: a name must not begin one. */
function escaped(name: string): string {
  return name.replaceAll('{{', '{{"{{"}}');
}

/** The rules as YAML. Every text is quoted as JSON, which YAML reads as it is. */
export function yamlOf({ groups }: RuleFile): string[] {
  const pairsOf = (texts: Record<string, string>): string[] =>
    Object.entries(texts).map(([key, text]) => `          ${key}: ${JSON.stringify(text)}`);
  return [
    'groups:',
    ...groups.flatMap(({ name, rules }) => [
      `  - name: ${JSON.stringify(name)}`,
      rules.length === 0 ? '    rules: []' : '    rules:',
      ...rules.flatMap((rule) => [
        `      - alert: ${JSON.stringify(rule.alert)}`,
        `        expr: ${JSON.stringify(rule.expr)}`,
        `        for: ${rule.for}`,
        '        labels:',
        ...pairsOf(rule.labels),
        '        annotations:',
        ...pairsOf(rule.annotations),
      ]),
    ]),
  ];
}
