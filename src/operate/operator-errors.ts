import { marked } from '../common/marked.js';

/**
 * - `input`: an argument is wrong
 * - `unknown-task`: no task has that name
 * - `refused`: what was asked for would do harm as things are
 */
export type OperatorErrorKind = 'input' | 'unknown-task' | 'refused';

/** What is wrong, as data: a command line or a page words its own message from it. */
export interface OperatorProblem {
  kind: OperatorErrorKind;
  /** The method that was called; none where no method works. */
  method?: string;
  /** The option that is wrong. */
  option?: string;
  /** A sentence that is true wherever it is shown. Of an option it says the rest: `must be a number; it is 'x'`. */
  problem: string;
  /** Of an unknown task: the names that may have been meant, the likeliest first. */
  nearest?: readonly string[];
}

/** Thrown by `TaskLockOperator`. The message says what is wrong, where, and how to write it right. */
@marked('operator')
export class TaskLockOperatorError extends Error implements OperatorProblem {
  override readonly name = 'TaskLockOperatorError';
  readonly kind: OperatorErrorKind;
  readonly method?: string;
  readonly option?: string;
  readonly problem: string;
  readonly nearest?: readonly string[];

  /** `inCode` tells a caller of the service how to write it right. */
  constructor({ kind, method, option, problem, nearest }: OperatorProblem, inCode?: string) {
    const place = method === undefined ? 'TaskLockOperator' : `TaskLockOperator.${method}()`;
    const what = option === undefined ? problem : `option ${option} ${problem}`;
    super(`${place}: ${what}${inCode === undefined ? '' : `; ${inCode}`}`);
    this.kind = kind;
    this.method = method;
    this.option = option;
    this.problem = problem;
    this.nearest = nearest;
  }
}
