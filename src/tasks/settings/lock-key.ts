import { types } from 'node:util';
import { messageOf } from '../../common/error-text.js';

/** Computes the key of a call from its arguments. */
export type KeyFunction = (...args: never[]) => string | number;

/**
 * A key as a string: `5` and `'5'` are the same key.
 *
 * @throws Error that says what is wrong with the key
 */
export function keyText(key: unknown): string {
  if (typeof key === 'string' && key !== '') return key;
  if (typeof key === 'number' && Number.isFinite(key)) return String(key);
  throw new Error(`must be a non-empty string or a finite number; it is ${describe(key)}`);
}

/**
 * The key of one call.
 *
 * @throws Error if the function throws, or returns something that cannot be a key
 */
export function keyOfCall(keyFunction: KeyFunction, args: readonly unknown[]): string {
  let key: unknown;
  try {
    key = Reflect.apply(keyFunction, undefined, args);
  } catch (error) {
    throw new Error(`threw an error: ${messageOf(error)}`, { cause: error });
  }
  return keyText(key);
}

function describe(key: unknown): string {
  // Also one of another realm: Node's own under Jest.
  if (types.isPromise(key)) {
    // Nobody awaits this promise, so its rejection would end the process.
    key.catch(() => undefined);
    return 'a promise: compute the key without waiting';
  }
  if (typeof key === 'object' && key !== null) return 'an object: return one of its properties';
  if (typeof key === 'bigint') return `the bigint ${key}n: return String(…) of it`;
  return key === '' ? "''" : String(key);
}
