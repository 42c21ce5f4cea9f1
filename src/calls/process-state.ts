import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallContext } from './call-context.js';

interface ProcessState {
  readonly calls: AsyncLocalStorage<CallContext>;
  readonly runtimeToken: symbol;
}

const KEY = Symbol.for('nestjs-task-lock');
const shared = globalThis as typeof globalThis & { [KEY]?: ProcessState };

/**
 * What there is once a process, even where two copies of this package are loaded: a run that one copy started is
 * seen by the other, and both inject the same runtime. The token's description is the sentence that helps, since
 * Nest prints it where a class with `@TaskLock` stands in an application without the module.
 */
export const processState: ProcessState = (shared[KEY] ??= {
  calls: new AsyncLocalStorage<CallContext>(),
  runtimeToken: Symbol(
    'the runtime of @TaskLock: import TaskLockModule.forRoot() into the application, ' +
      "or TaskLockTestingModule from 'nestjs-task-lock/testing' into a test",
  ),
});
