const FIRST_DELAY = 4;
const LONGEST_DELAY = 250;

/**
 * Milliseconds to wait before the next attempt. The delay doubles each time, up to a quarter of a second. It is random
 * between half and all of that, so that replicas that collided once do not collide again.
 */
export function retryDelay(attempt: number): number {
  const delay = Math.min(FIRST_DELAY * 2 ** attempt, LONGEST_DELAY);
  return delay * (0.5 + Math.random() / 2);
}
