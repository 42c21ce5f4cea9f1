import { marked } from '../common/marked.js';

/**
 * - `input`: an argument is wrong
 * - `unknown-task`: no task has that name
 * - `refused`: what was asked for would do harm as things are
 */
export type OperatorErrorKind = 'input' | 'unknown-task' | 'refused';

/** Thrown by `TaskLockOperator`. The message says what is wrong, where, and how to write it right. */
@marked('operator')
export class TaskLockOperatorError extends Error {
  override readonly name = 'TaskLockOperatorError';

  constructor(
    readonly kind: OperatorErrorKind,
    message: string,
  ) {
    super(message);
  }
}
