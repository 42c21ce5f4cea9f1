import type { RunState, TaskState } from '../../operate/operator-types.js';
import type { DashboardAction, Frame } from '../views.js';
import { html } from './html.js';
import type { Html, Part } from './html.js';
import { confirmLink } from './links.js';
import type { ActionTarget } from './links.js';

interface Possible {
  action: DashboardAction;
  text: string;
  target: ActionTarget;
  isDangerous?: boolean;
}

/** Links to what this user may do with a task, and what makes sense as it is now. */
export function actionLinks(task: TaskState, runs: readonly RunState[], frame: Frame): Part {
  const links = possible(task, runs)
    .filter(({ action }) => frame.allowed.includes(action))
    .map((each) => link(each, frame));
  return links.length > 0 && html`<nav class="actions" aria-label="Actions">${links}</nav>`;
}

function link({ action, text, target, isDangerous }: Possible, frame: Frame): Html {
  return html`<a class="btn${isDangerous && ' risky'}" href="${confirmLink(frame, action, target)}">${text}</a>`;
}

function possible({ name, state, paused, running }: TaskState, runs: readonly RunState[]): Possible[] {
  const run = running && { name, fence: running.fence, key: running.key };
  const died = state === 'died' ? runs.find((each) => hasDied(each, runs)) : undefined;
  const isDeclared = state !== 'undeclared';
  return [
    ...(isDeclared ? [{ action: 'trigger', text: 'Run now', target: { name } } as const] : []),
    ...(paused
      ? [pausedBy(paused.name, name)]
      : isDeclared
        ? [{ action: 'pause', text: 'Pause', target: { name } } as const]
        : []),
    ...(run ? [{ action: 'cancel', text: 'Cancel this run', target: run } as const] : []),
    ...(run
      ? [
          {
            action: 'release',
            text: 'Release by force',
            target: { ...run, force: true },
            isDangerous: true,
          } as const,
        ]
      : []),
    ...(died
      ? [
          {
            action: 'release',
            text: 'Release the lock',
            target: { name, fence: died.fence, key: died.key },
          } as const,
        ]
      : []),
    ...(isDeclared
      ? []
      : [{ action: 'forget', text: 'Forget', target: { name }, isDangerous: true } as const]),
  ];
}

/** Whether it is the newest run of its lock, which it holds no more: of an earlier one that died the lock was claimed since. */
function hasDied(run: RunState, newestFirst: readonly RunState[]): boolean {
  return run.outcome === 'died' && newestFirst.find(({ key }) => key === run.key) === run;
}

/** A pause of all tasks ends by a resume of all. */
function pausedBy(paused: string, name: string): Possible {
  const isAll = paused !== name;
  return { action: 'resume', text: isAll ? 'Resume all tasks' : 'Resume', target: { name: paused } };
}
