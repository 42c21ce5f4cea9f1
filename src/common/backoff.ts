const FIRST_DELAY = 4;
const LONGEST_DELAY = 250;

/**
 * Milliseconds to wait before the next attempt. The delay doubles each time. It is spread over half of its length, or
 * replicas that collided once would collide again.
 */
export function retryDelay(attempt: number): number {
  const delay = Math.min(FIRST_DELAY * 2 ** attempt, LONGEST_DELAY);
  return delay * (0.5 + Math.random() / 2);
}
