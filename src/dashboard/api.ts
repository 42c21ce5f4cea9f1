import { TaskLockOperatorError } from '../operate/operator-errors.js';
import type { TaskLockOperator } from '../operate/operator-token.js';
import type { RunState } from '../operate/operator-types.js';
import { act, ACT_FIELDS } from './act.js';
import { assertAllowed } from './action-of.js';
import { jsonAnswer } from './answers.js';
import type { Answer } from './answers.js';
import { badInput, countOf, jsonOf, queryOf, stateOf } from './fields.js';
import { DashboardProblem } from './problem.js';
import type { DashboardAction } from './views.js';
import type { Visit } from './visit.js';

/** The JSON of the service, read and steered over HTTP. */
export class Api {
  constructor(private readonly operator: TaskLockOperator) {}

  async tasks({ query }: Visit): Promise<Answer> {
    const { state, page } = queryOf(query, ['state', 'page']);
    return jsonAnswer(await this.operator.tasks({ state: stateOf(state), page: countOf('page', page) }));
  }

  async task(visit: Visit): Promise<Answer> {
    queryOf(visit.query, []);
    return jsonAnswer(await this.operator.task(nameOf(visit)));
  }

  async runs(visit: Visit): Promise<Answer> {
    const { limit, outcome, key, before } = queryOf(visit.query, ['limit', 'outcome', 'key', 'before']);
    // The operator refuses what is no outcome.
    const outcomes = outcome?.split(',') as RunState['outcome'][] | undefined;
    const search = { limit: countOf('limit', limit), outcome: outcomes, key, before };
    return jsonAnswer(await this.operator.runs(nameOf(visit), search));
  }

  async ticks(visit: Visit): Promise<Answer> {
    const { last, from, to } = queryOf(visit.query, ['last', 'from', 'to']);
    if (last !== undefined && (from ?? to) !== undefined)
      throw badInput('Give last, or from and to, and not both.');
    if (from === undefined && to !== undefined) throw badInput('to needs from beside it.');
    const search = from === undefined ? { last: countOf('last', last) } : { from, to };
    return jsonAnswer(await this.operator.ticks(nameOf(visit), search));
  }

  async explain(visit: Visit): Promise<Answer> {
    const { key } = queryOf(visit.query, ['key']);
    return jsonAnswer(await this.operator.explain(nameOf(visit), { key }));
  }

  async actions(visit: Visit): Promise<Answer> {
    const { limit, before } = queryOf(visit.query, ['limit', 'before']);
    const search = { limit: countOf('limit', limit), before };
    const { name } = await this.operator.task(nameOf(visit));
    return jsonAnswer(await this.operator.actions(name, search));
  }

  /** What has become of a trigger. */
  async triggered({ params, query }: Visit): Promise<Answer> {
    queryOf(query, []);
    try {
      return jsonAnswer(await this.operator.triggered(params['id'] ?? ''));
    } catch (error) {
      if (error instanceof TaskLockOperatorError && error.option === 'id')
        throw new DashboardProblem('unknown-trigger', `id ${error.problem}.`);
      throw error;
    }
  }

  /** Without a name in the path all tasks are meant. */
  async act(visit: Visit, action: DashboardAction): Promise<Answer> {
    const { query, headers, body, user, params } = visit;
    queryOf(query, []);
    assertAllowed(visit, action);
    const fields = jsonOf(headers, body, ACT_FIELDS[action]);
    const acted = await act(this.operator, { action, name: params['name'] ?? '*', fields, user });
    return jsonAnswer(acted.answer);
  }
}

function nameOf({ params }: Visit): string {
  return params['name'] ?? '';
}
