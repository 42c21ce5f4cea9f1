/**
 * What `await using` needs of an object. Nothing where the application's TypeScript or `@types/node` is older than that:
 * the declarations of this package must compile there, too.
 */
export type EndedByUsing = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { [K in Key]: () => Promise<void> }
  : Record<never, never>;

/** Lets `await using` end an object. */
export function endedByUsing<T extends object>(object: T, end: () => Promise<void>): T & EndedByUsing {
  return Object.defineProperty(object, Symbol.asyncDispose, { value: end }) as T & EndedByUsing;
}
