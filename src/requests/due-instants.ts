/** Milliseconds by which two instants of a name differ at least: each means a look. */
const GRID = 20;

/**
 * When a replica must look for which names, since it knows that something of them is due then. Instants are milliseconds
 * of the monotonic clock.
 */
export class DueInstants {
  private readonly dues = new Map<string, Set<number>>();

  get isEmpty(): boolean {
    return this.dues.size === 0;
  }

  has(name: string): boolean {
    return this.dues.has(name);
  }

  /** Something of the name is due then; with `putsOff` it puts off what is due before, for which one look stays. */
  add(name: string, now: number, due: number, putsOff: boolean): void {
    const dues = this.dues.get(name) ?? new Set<number>();
    this.dues.set(name, dues);
    const look = due - now > GRID ? Math.ceil(due / GRID) * GRID : due;
    if (putsOff) {
      // The first stays, for its longest delay.
      const first = Math.min(...dues, look);
      dues.clear();
      dues.add(first);
    }
    dues.add(look);
  }

  /** Forgets what was due by then: a look has taken place. */
  passed(instant: number): void {
    for (const [name, dues] of this.dues) {
      for (const due of dues) if (due <= instant) dues.delete(due);
      if (dues.size === 0) this.dues.delete(name);
    }
  }

  /** The next one; infinite where there is none. */
  get next(): number {
    let next = Infinity;
    for (const dues of this.dues.values()) for (const due of dues) if (due < next) next = due;
    return next;
  }
}
