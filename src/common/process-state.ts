const KEY = Symbol.for('nestjs-task-lock');
const shared = globalThis as typeof globalThis & { [KEY]?: Map<string, unknown> };

/** What copies of this package share: this state, the dispatcher's calls, declarations. Raise it when one changes. */
const CONTRACT = 1;

/** Keeps one value per process: two loaded copies of this package must see each other's runs. */
export function oncePerProcess<T>(name: string, make: () => T): T {
  const state = (shared[KEY] ??= new Map<string, unknown>());
  if (!state.has(name)) state.set(name, make());
  return state.get(name) as T;
}

// At once, when the second is loaded: its runs, its ticks or its declarations would silently be missed.
if (oncePerProcess('contract', () => CONTRACT) !== CONTRACT) {
  throw new Error(
    'Two versions of nestjs-task-lock are loaded that cannot work together: install one version of it. ' +
      '`npm ls nestjs-task-lock` shows who brings which.',
  );
}
