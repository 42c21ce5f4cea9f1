/** Milliseconds by which two instants of a name that lie ahead differ at least: each means a look. */
const GRID = 20;

/** What is due of one name. */
interface Dues {
  instants: Set<number>;
  /** Of those that put each other off: the first stays, for its longest delay, and of the others the last. */
  putOff?: { first: number; last: number };
}

/**
 * When a replica must look for which names, since it knows that something of them is due then. Instants are milliseconds
 * of the monotonic clock.
 */
export class WakeTimes {
  private readonly dues = new Map<string, Dues>();

  has(name: string): boolean {
    return this.dues.has(name);
  }

  /** Something of the name is due then; with `putsOff` it puts off what was added so before. */
  add(name: string, now: number, due: number, putsOff: boolean): void {
    const dues = this.dues.get(name) ?? { instants: new Set<number>() };
    this.dues.set(name, dues);
    const look = due - now > GRID ? Math.ceil(due / GRID) * GRID : due;
    if (!putsOff) {
      dues.instants.add(look);
      return;
    }
    // In no order: what a transaction asked for is told at its end.
    const { first, last } = dues.putOff ?? { first: look, last: look };
    dues.putOff = { first: Math.min(first, look), last: Math.max(last, look) };
  }

  /** Forgets what was due by then: a look has taken place. */
  passed(instant: number): void {
    for (const [name, dues] of this.dues) {
      const { instants, putOff } = dues;
      for (const due of instants) if (due <= instant) instants.delete(due);
      if (putOff && putOff.first <= instant)
        dues.putOff = putOff.last > instant ? { ...putOff, first: putOff.last } : undefined;
      if (instants.size === 0 && !dues.putOff) this.dues.delete(name);
    }
  }

  /** The next one; infinite where there is none. */
  get next(): number {
    let next = Infinity;
    for (const { instants, putOff } of this.dues.values()) {
      for (const due of instants) next = Math.min(next, due);
      next = Math.min(next, putOff?.first ?? Infinity);
    }
    return next;
  }
}
