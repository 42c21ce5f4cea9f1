const KEY = Symbol.for('nestjs-task-lock');
const shared = globalThis as typeof globalThis & { [KEY]?: Map<string, unknown> };

/** Keeps one value per process: two loaded copies of this package must see each other's runs. */
export function oncePerProcess<T>(name: string, make: () => T): T {
  const state = (shared[KEY] ??= new Map<string, unknown>());
  if (!state.has(name)) state.set(name, make());
  return state.get(name) as T;
}
