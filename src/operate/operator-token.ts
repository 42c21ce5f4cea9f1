import { oncePerProcess } from '../common/process-state.js';
import { TaskLockOperator as OperatorOfThisCopy } from './task-lock-operator.js';

/** The token of the operator is one a process, as that of the service is. */
export const TaskLockOperator = oncePerProcess('operator token', () => OperatorOfThisCopy);
export type TaskLockOperator = OperatorOfThisCopy;
