const KEY = Symbol.for('nestjs-task-lock');
const shared = globalThis as typeof globalThis & { [KEY]?: Map<string, unknown> };

/**
 * What there is once a process, even where two copies of this package are loaded: they must see each other's runs and
 * inject the same dispatcher.
 */
export function oncePerProcess<T>(name: string, make: () => T): T {
  const state = (shared[KEY] ??= new Map<string, unknown>());
  if (!state.has(name)) state.set(name, make());
  return state.get(name) as T;
}
