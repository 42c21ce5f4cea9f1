import { isDeepStrictEqual } from 'node:util';
import { messageOf } from './error-text.js';

/**
 * The arguments of a request as JSON text.
 *
 * @throws Error that says which of them would not be the same when it is read again
 */
export function argumentsText(args: readonly unknown[]): string {
  args.forEach((argument, index) => {
    const problem = jsonProblem(argument);
    if (problem !== undefined) throw new Error(`args[${index}] ${problem}`);
  });
  return JSON.stringify(args);
}

function jsonProblem(argument: unknown): string | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(argument);
  } catch (error) {
    return `cannot be written as JSON: ${messageOf(error)}`;
  }
  const same = text !== undefined && isDeepStrictEqual(JSON.parse(text), argument);
  return same
    ? undefined
    : `is not JSON, and would be another value when the task runs: give plain objects, arrays, texts, finite numbers, ` +
        `booleans and null (a Date as its toISOString())`;
}
