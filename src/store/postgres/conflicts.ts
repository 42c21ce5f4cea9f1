import { isConflict } from './errors.js';

/** How often a statement is asked that meets a conflict each time. */
export const CONFLICT_TRIES = 5;

/**
 * Asks again at once where another transaction has committed in between, so many times: the next look sees what it did.
 *
 * @throws the last conflict, or any other error at once
 */
export async function pastConflicts<T>(
  tries: number,
  ask: () => Promise<T>,
  isWanted: () => boolean = () => true,
): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (!isConflict(error) || left === 0 || !isWanted()) throw error;
    }
  }
}
