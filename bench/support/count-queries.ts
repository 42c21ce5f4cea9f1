/** Counts the calls of a method of a prototype, which all instances share. */
export function countCalls<Key extends string>(prototype: Record<Key, unknown>, key: Key): () => number {
  const method = prototype[key] as (...args: unknown[]) => unknown;
  let calls = 0;
  prototype[key] = function (this: unknown, ...args: unknown[]): unknown {
    calls++;
    return Reflect.apply(method, this, args);
  };
  return () => calls;
}
