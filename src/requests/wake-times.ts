/** Due times are rounded up to multiples of so many milliseconds: each of them means a poll. */
const GRID = 20;

/** Milliseconds for which a name rests after its first attempt in vain; doubled each time. */
const FIRST_REST = 100;

interface Wakes {
  /** Due times of requests that stand alone, and the end of a rest. */
  instants: Set<number>;
  /** Debounced requests: due with the last one's delay, but no later than the first one's longest. */
  window?: { due: number; latest: number };
  /** How long the name is left alone, after how many attempts in vain. */
  rest?: { until: number; attempts: number };
}

/** When this replica must poll for which names. Instants are milliseconds of the monotonic clock. */
export class WakeTimes {
  private readonly names = new Map<string, Wakes>();

  constructor(
    /** Milliseconds to which a rest may grow. */
    private readonly longestRest: number,
  ) {}

  has(name: string): boolean {
    return this.names.has(name);
  }

  /** A request of the name is due at `due`. A later `latest` says that it is debounced. */
  add(name: string, due: number, latest = due): void {
    const wakes = this.wakesOf(name);
    if (latest <= due) {
      wakes.instants.add(Math.ceil(due / GRID) * GRID);
      return;
    }
    // In no order: requests of a transaction are added at its end.
    const { window = { due, latest } } = wakes;
    wakes.window = { due: Math.max(window.due, due), latest: Math.min(window.latest, latest) };
  }

  /** An attempt was in vain: leaves the name alone for at least so many milliseconds, longer each time. Returns until when. */
  rest(name: string, now: number, atLeast: number): number {
    const wakes = this.wakesOf(name);
    const { attempts } = wakes.rest ?? { attempts: 0 };
    const until = now + Math.max(atLeast, Math.min(FIRST_REST * 2 ** attempts, this.longestRest));
    wakes.rest = { until, attempts: attempts + 1 };
    this.add(name, until);
    return until;
  }

  /** An attempt succeeded: the next rest of the name is a first one again. */
  succeeded(name: string): void {
    const wakes = this.names.get(name);
    if (wakes) wakes.rest = undefined;
  }

  /** The names that a poll leaves out. */
  resting(now: number): string[] {
    return [...this.names].filter(([, { rest }]) => rest && rest.until > now).map(([name]) => name);
  }

  /** Forgets what was due by then, since a poll has taken place, and the rests of names that it did not find. */
  passed(instant: number, found: ReadonlySet<string>): void {
    for (const [name, wakes] of this.names) {
      const { instants, window, rest } = wakes;
      for (const due of instants) if (due <= instant) instants.delete(due);
      if (window && dueOf(window) <= instant) wakes.window = undefined;
      if (rest && rest.until <= instant && !found.has(name)) wakes.rest = undefined;
      if (instants.size === 0 && !wakes.window && !wakes.rest) this.names.delete(name);
    }
  }

  /** The next one; infinite where there is none. */
  get next(): number {
    let next = Infinity;
    for (const { instants, window } of this.names.values()) {
      for (const due of instants) next = Math.min(next, due);
      if (window) next = Math.min(next, dueOf(window));
    }
    return next;
  }

  private wakesOf(name: string): Wakes {
    const wakes = this.names.get(name) ?? { instants: new Set() };
    this.names.set(name, wakes);
    return wakes;
  }
}

function dueOf({ due, latest }: NonNullable<Wakes['window']>): number {
  return Math.min(due, latest);
}
