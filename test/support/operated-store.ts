import type { Declaration, OperatorStore } from '../../src/store/operator-store.js';
import { InMemoryLockStore } from '../../src/testing/index.js';

/** A store in memory that keeps what is declared, and has no more for operators than a start needs. */
export function declaringStore(now?: () => number) {
  const declarations: Declaration[] = [];
  const failures: Error[] = [];
  let problem: string | undefined;
  const operator = {
    prepare: async () => problem,
    prune: async () => 0,
    takeTriggers: async () => [],
    strangerTo: async () => undefined,
    declare: async (declaration: Declaration) => {
      const failure = failures.shift();
      if (failure) throw failure;
      declarations.push(declaration);
    },
  };
  const store = Object.assign(new InMemoryLockStore(now), { operator: operator as unknown as OperatorStore });
  const fail = (...errors: Error[]) => void failures.push(...errors);
  const lack = (what: string) => (problem = what);
  return { store, declarations, fail, lack };
}
