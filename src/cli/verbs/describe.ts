import type { Command } from 'commander';
import type { ActionState, TaskState } from '../../operate/operator-types.js';
import { columns, pairs } from '../columns.js';
import { ALL_TASKS } from '../../store/operator-store.js';
import type { Act } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import { pauseText, STATE_STYLES } from '../task-text.js';
import { lengthText } from '../times.js';

const ACTIONS_SHOWN = 5;

export function addDescribe(program: Command, act: Act): void {
  program
    .command('describe')
    .argument('<NAME>', 'the task')
    .summary('one task, with who steered it last')
    .description('Shows what is known of one task. Exits with 3 if it is overdue.')
    .action(
      act(async ({ session, out }, name: string) => {
        const task = await session.operator.task(name);
        const actions = out.isJson ? [] : await session.operator.actions(name, { limit: ACTIONS_SHOWN });
        out.show(task, () => [...taskLines(task, out), ...actionLines(actions, out)]);
        return task.state === 'overdue' ? EXIT.attention : EXIT.fine;
      }),
    );
}

function taskLines(task: TaskState, out: Output): string[] {
  const { running, lastRun, paused, requests } = task;
  return pairs(
    [
      ['name', out.name(task.name)],
      ['state', out.paint(task.state, STATE_STYLES[task.state])],
      ['method', out.name(task.member)],
      ['application', out.name(task.application)],
      ['schedule', [out.name(task.schedule), out.name(task.timeZone)].filter(Boolean).join(' ')],
      ['interval', lengthText(task.interval)],
      ['minimum hold', lengthText(task.minHold)],
      ['maximum hold', lengthText(task.maxHold)],
      ['next due', out.time(task.nextDue)],
      ['overdue by', lengthText(task.overdueByMs)],
      ['paused', paused ? pauseText(paused, out) : ''],
      ['running on', out.text(running?.replica)],
      ['started', out.time(running?.since ?? null)],
      ['lease ends', out.time(running?.leaseEndsAt ?? null)],
      ['tick', out.time(running?.tick ?? null)],
      ['key', out.text(running?.key)],
      ['fence', running?.fence ?? ''],
      ['last run', lastRun ? `${lastRun.outcome}, started ${out.time(lastRun.startedAt)}` : 'none is known'],
      ['it took', lengthText(lastRun?.durationMs)],
      ['it was late', lengthText(lastRun?.latenessMs)],
      ['its trigger', lastRun?.trigger ?? ''],
      ['its replica', out.text(lastRun?.replica)],
      ['its error', out.text(lastRun?.error)],
      ['last success', out.time(task.lastSuccessAt)],
      ['failed in a row', task.failuresInARow > 0 ? String(task.failuresInARow) : ''],
      ['requests', `${requests.waiting} waiting, ${requests.parked} parked`],
    ],
    out.paint,
  );
}

function actionLines(actions: readonly ActionState[], out: Output): string[] {
  if (actions.length === 0) return [];
  return [
    '',
    ...columns(
      actions,
      [
        { title: 'WHEN', of: ({ at }) => out.time(at) },
        { title: 'WHAT', of: ({ action, name }) => (name === ALL_TASKS ? `${action} --all` : action) },
        { title: 'BY', of: ({ by }) => out.text(by) },
        { title: 'KEY', of: ({ key }) => out.text(key) },
        { title: 'ANSWER', of: ({ answer }) => out.text(answer) },
        { title: 'WHY', of: ({ reason }) => out.text(reason) },
      ],
      out.paint,
    ),
  ];
}
