/** Milliseconds for which a name rests after the first try that brought it no further; doubled each time. */
const FIRST_REST = 100;

/** Names that were tried to no avail: what comes to nothing again and again must not be tried without a pause. */
export class RequestRests {
  private readonly resting = new Map<string, { until: number; rests: number }>();

  constructor(
    /** Milliseconds to which a rest may grow. */
    private readonly longest: number,
  ) {}

  /** Lets the name rest, for so many milliseconds at least; answers until when. */
  begin(name: string, now: number, atLeast: number): number {
    const rests = this.resting.get(name)?.rests ?? 0;
    const until = now + Math.max(atLeast, Math.min(FIRST_REST * 2 ** rests, this.longest));
    this.resting.set(name, { until, rests: rests + 1 });
    return until;
  }

  /** The next rest of the name is a first one again. */
  forget(name: string): void {
    this.resting.delete(name);
  }

  /** The same for all that were looked for at that instant and are not there any more. */
  forgetAllBut(found: ReadonlySet<string>, lookedAt: number): void {
    for (const [name, { until }] of this.resting) {
      if (until <= lookedAt && !found.has(name)) this.resting.delete(name);
    }
  }

  /** The names that rest now. */
  namesAt(now: number): string[] {
    return [...this.resting].filter(([, { until }]) => until > now).map(([name]) => name);
  }
}
