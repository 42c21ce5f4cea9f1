import type { TaskLockOperator } from '../operate/operator-token.js';
import type { RecentRun, TaskState } from '../operate/operator-types.js';
import { act } from './act.js';
import { wordsOf } from './act-words.js';
import { actionOf, assertAllowed } from './action-of.js';
import { htmlAnswer } from './answers.js';
import type { Answer } from './answers.js';
import type { Dashboard } from './dashboard.js';
import { badInput, countOf, queryOf, stateOf } from './fields.js';
import { actOfForm } from './form.js';
import { answerPage, confirmPage, listPage, taskPage } from './html/pages.js';
import type { Visit } from './visit.js';

/** How many runs the strip of a task shows. */
const STRIP = 60;

const ACTIONS_SHOWN = 20;

const ALL_TASKS = '*';

/** The pages that show something: what they read, one statement after the other, so that tasks find connections. */
export class Pages {
  constructor(
    private readonly operator: TaskLockOperator,
    private readonly dashboard: Dashboard,
  ) {}

  async list(visit: Visit): Promise<Answer> {
    const { state, page } = queryOf(visit.query, ['state', 'page']);
    const filter = stateOf(state);
    const tasks = await this.operator.tasks({ state: filter, page: countOf('page', page) });
    const runs = await this.operator.recent(
      tasks.items.map(({ name }) => name),
      STRIP,
    );
    const recent = new Map(tasks.items.map((task) => [task.name, withLast(task, runs.get(task.name) ?? [])]));
    const { counts, paused: pause } = tasks;
    const frame = this.dashboard.frameOf(visit, new Date(tasks.at), true);
    return htmlAnswer(listPage({ ...frame, tasks, recent, counts, pause, filter }));
  }

  async task(visit: Visit): Promise<Answer> {
    const { name, trigger } = queryOf(visit.query, ['name', 'trigger']);
    if (name === undefined) throw badInput('The query parameter name is missing: it names the task.');
    const explanation = await this.operator.explain(name);
    const ticks = await this.operator.ticks(name);
    const runs = await this.operator.runs(name);
    const next = await this.operator.nextTicks(name);
    const actions = await this.operator.actions(name, { limit: ACTIONS_SHOWN });
    // A link may name any trigger: only one of this task is shown, as the database has it.
    const isOfTask = actions.some(
      (each) => each.id === trigger && each.action === 'trigger' && each.name === name,
    );
    const frame = this.dashboard.frameOf(visit, new Date(explanation.at));
    const triggered = isOfTask && trigger !== undefined ? await this.operator.triggered(trigger) : undefined;
    return htmlAnswer(taskPage({ ...frame, explanation, ticks, runs, next, actions, trigger: triggered }));
  }

  async confirm(visit: Visit): Promise<Answer> {
    const {
      action: given,
      name,
      fence,
      key,
      force,
    } = queryOf(visit.query, ['action', 'name', 'fence', 'key', 'force']);
    const action = actionOf(given);
    if (name === undefined) throw badInput('The query parameter name is missing: it names the task.');
    assertAllowed(visit, action);
    if (name === ALL_TASKS && action !== 'pause' && action !== 'resume')
      throw badInput(`'*' names all tasks, which only a pause or a resume can mean.`);
    const explanation = name === ALL_TASKS ? undefined : await this.operator.explain(name, { key });
    const now = explanation?.at ?? (await this.operator.tasks()).at;
    const frame = this.dashboard.frameOf(visit, new Date(now));
    const view = { ...frame, action, name, task: explanation?.task, fence, key, force: force === '1' };
    return htmlAnswer(confirmPage(view));
  }

  /** Does what the form of a confirm page asks for. */
  async act(visit: Visit): Promise<Answer> {
    const wanted = await actOfForm(visit, (name) => this.nowFor(name));
    assertAllowed(visit, wanted.action);
    const acted = await act(this.operator, wanted);
    const { name } = wanted;
    if (acted.action === 'trigger') return seeOther(name, acted.answer.id);
    const frame = this.dashboard.frameOf(visit, new Date());
    return htmlAnswer(answerPage({ ...frame, name, ...wordsOf(wanted, acted), tone: 'done' }));
  }

  private async nowFor(name: string): Promise<Date> {
    const { at } = name === ALL_TASKS ? await this.operator.tasks() : await this.operator.explain(name);
    return new Date(at);
  }
}

/** The run may take hours: the page of the task reads what has become of it from the database. */
function seeOther(name: string, trigger: string): Answer {
  const query = `name=${encodeURIComponent(name)}&trigger=${trigger}`;
  return { ...htmlAnswer('', 303), headers: { Location: `./task?${query}` } };
}

/** The history lacks a run that died until somebody claims its lock: the strip shows it all the same. */
function withLast({ lastRun }: TaskState, runs: readonly RecentRun[]): readonly RecentRun[] {
  if (!lastRun || runs.some(({ fence }) => fence === lastRun.fence)) return runs;
  return [lastRun, ...runs].slice(0, STRIP);
}
