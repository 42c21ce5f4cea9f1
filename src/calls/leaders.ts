import { AsyncLocalStorage } from 'node:async_hooks';
import { LONGEST } from '../common/duration.js';
import { messageOf } from '../common/error-text.js';
import type { TaskRegistry } from '../tasks/registry.js';
import { TaskLockConfigurationError } from '../tasks/errors.js';
import type { TaskLockProblem } from '../tasks/errors.js';
import type { DeclaredTask } from '../store/operator-store.js';
import { Candidate } from './leader-candidate.js';
import type { Elections, LeaderCandidate, LeaderMethods, LeaderOptions } from './leader-candidate.js';
import type { TaskCall } from './task-call.js';

/** The elections that this application stands in. */
export class Leaders {
  /** A leader is no part of the run or the request in which it was asked for. */
  private readonly outside = AsyncLocalStorage.snapshot();
  private readonly candidates = new Set<Candidate>();
  /** Those of providers, as operators see them. One of `TaskLockService.lead` need not stand in each replica. */
  declared: readonly DeclaredTask[] = [];

  constructor(
    private readonly registry: TaskRegistry,
    private readonly elections: Elections,
  ) {}

  /**
   * What a candidate claims: a lock without a minimum hold, which is renewed for ever.
   *
   * @throws TaskLockConfigurationError with everything that is wrong
   */
  describe(name: string, options: LeaderOptions, where: string): TaskCall {
    const { registry } = this;
    const task = registry.describe({ name, minHold: 0, maxHold: LONGEST }, where);
    const problems: TaskLockProblem[] = [];
    const refuse = (option: string, message: string): void => void problems.push({ where, option, message });
    for (const option of Object.keys(options))
      if (option !== 'lease') refuse(option, 'is not an option; there is lease');
    const owner = registry.memberOf(task.name) ?? registry.ownerOf(task.name)?.declaredName;
    if (owner !== undefined)
      refuse(
        'name',
        `'${task.declaredName}' is the name of ${owner} already: a leader needs a name of its own`,
      );
    let { lease } = task;
    try {
      if (options.lease !== undefined) lease = registry.durationOf(options.lease);
      if (lease === 0) refuse('lease', `must be more than 0: write it like '15s'`);
    } catch (error) {
      refuse('lease', messageOf(error));
    }
    if (problems.length > 0) throw new TaskLockConfigurationError(problems);
    return { task: { ...task, lease }, tick: { kind: 'call' }, direct: false };
  }

  begin(call: TaskCall, methods: LeaderMethods): LeaderCandidate {
    const candidate = this.outside(() => new Candidate(call, methods, this.elections));
    this.candidates.add(candidate);
    void candidate.over.then(() => this.candidates.delete(candidate));
    return candidate;
  }

  /** Hands over at once what this application leads. Resolves when all work has settled. */
  async stop(): Promise<void> {
    await Promise.all([...this.candidates].map((candidate) => candidate.stop('shutdown')));
  }
}
