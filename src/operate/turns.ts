/** Milliseconds of computing after which others of the event loop take their turn: locks must be renewed. */
const TURN = 20;

/** Yields to the event loop where the current turn has taken long enough. */
export class Turns {
  private since = performance.now();

  async yieldIfLong(): Promise<void> {
    if (performance.now() - this.since < TURN) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.since = performance.now();
  }
}

/** Maps a list without blocking the event loop for long. */
export async function inTurns<T, R>(items: readonly T[], map: (item: T) => R): Promise<R[]> {
  const turns = new Turns();
  const results: R[] = [];
  for (const item of items) {
    await turns.yieldIfLong();
    results.push(map(item));
  }
  return results;
}
