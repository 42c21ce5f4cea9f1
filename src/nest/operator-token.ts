import { oncePerProcess } from '../calls/process-state.js';
import { TaskLockOperator as OperatorOfThisCopy } from '../operate/task-lock-operator.js';

/** The token of the operator is one a process, as that of the service is. */
export const TaskLockOperator = oncePerProcess('operator token', () => OperatorOfThisCopy);
export type TaskLockOperator = OperatorOfThisCopy;
