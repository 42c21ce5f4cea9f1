import type { TaskLockOperator } from '../operate/operator-token.js';
import type {
  CancelAnswer,
  PauseAnswer,
  ReleasedAnswer,
  ResumeAnswer,
  TriggerState,
} from '../operate/operator-types.js';
import { badInput } from './fields.js';
import { DashboardProblem, sentence } from './problem.js';
import type { DashboardAction } from './views.js';

/** The fields that each action takes, beside the task and who acts. */
export const ACT_FIELDS = {
  pause: ['reason', 'until'],
  resume: [],
  trigger: ['args', 'key', 'evenIfPaused', 'reason'],
  cancel: ['fence', 'key', 'reason'],
  release: ['fence', 'key', 'reason', 'force'],
  forget: [],
} as const satisfies Record<DashboardAction, readonly string[]>;

export type ActField = (typeof ACT_FIELDS)[DashboardAction][number];

export interface Act {
  action: DashboardAction;
  /** The task, or `*` for all. */
  name: string;
  fields: Partial<Record<ActField, unknown>>;
  user: string;
}

/** What an action has answered. */
export type Acted =
  | { action: 'pause'; answer: PauseAnswer }
  | { action: 'resume'; answer: ResumeAnswer }
  | { action: 'trigger'; answer: TriggerState }
  | { action: 'cancel'; answer: Extract<CancelAnswer, { status: 'cancelled' }> }
  | { action: 'release'; answer: Extract<ReleasedAnswer, { status: 'released' }> }
  | { action: 'forget'; answer: { removed: number } };

/**
 * Does what a form or the API asks for, in the name of the user.
 *
 * @throws DashboardProblem if a field is wrong, or the action was refused
 */
export async function act(
  operator: TaskLockOperator,
  { action, name, fields, user: by }: Act,
): Promise<Acted> {
  const reason = text(fields, 'reason');
  switch (action) {
    case 'pause':
      return {
        action,
        answer: await operator.pause(name, { by, reason: reason ?? '', until: text(fields, 'until') }),
      };
    case 'resume':
      return { action, answer: await operator.resume(name, { by }) };
    case 'trigger': {
      const key = text(fields, 'key');
      const options = { by, reason, key, args: argsOf(fields), evenIfPaused: flag(fields, 'evenIfPaused') };
      // The run may take hours: its state is read by its id.
      return { action, answer: await operator.trigger(name, { ...options, wait: false }) };
    }
    case 'cancel': {
      const answer = await operator.cancel(name, { by, reason: reason ?? '', ...seen(fields) });
      if (answer.status !== 'cancelled') throw refusal(answer);
      return { action, answer };
    }
    case 'release': {
      const force = flag(fields, 'force');
      const answer = await operator.release(name, { by, reason, ...seen(fields), force });
      if (answer.status !== 'released') throw refusal(answer);
      return { action, answer };
    }
    case 'forget':
      return { action, answer: await operator.forget(name, { by }) };
  }
}

type Fields = Act['fields'];

function text(fields: Fields, name: ActField): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw badInput(`${name} must be a text.`);
}

function flag(fields: Fields, name: ActField): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw badInput(`${name} must be true or false.`);
}

function argsOf({ args }: Fields): readonly unknown[] | undefined {
  if (args === undefined || Array.isArray(args)) return args;
  throw badInput('args must be an array with one element an argument.');
}

/** The run that the user saw. */
function seen(fields: Fields): { fence: string; key?: string } {
  const fence = text(fields, 'fence');
  if (fence === undefined) throw badInput('fence is missing: send that of the run that you saw, as text.');
  return { fence, key: text(fields, 'key') };
}

function refusal(
  answer: Exclude<CancelAnswer | ReleasedAnswer, { status: 'cancelled' | 'released' }>,
): DashboardProblem {
  if (answer.status === 'busy')
    return new DashboardProblem('busy', 'A transaction of the run holds the lock at this moment. Try again.');
  const { message, running } = answer;
  // The name of a replica is written as it is.
  const detail = running && message.startsWith(running.replica) ? message : sentence(message);
  return new DashboardProblem('refused', detail, { running });
}
