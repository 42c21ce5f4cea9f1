/** How many statements a lost name costs, and how many pay for losses at most: some in a row are forgiven. */
const COST_OF_A_LOSS = 20;
const MOST_CREDIT = 100;

/**
 * The names under which connections prepare statements: planning is what a claim costs most. A name that one connection
 * can no longer use is replaced for all of them, because each has a plan of its own.
 */
export class PreparedNames {
  private generation = 0;
  private credit = MOST_CREDIT;

  constructor(
    private isInUse: boolean,
    /** Called once, when names are lost so often that they cost more than they save. */
    private readonly onGivenUp: () => void,
  ) {}

  /** The name to send a statement under, or nothing where it is not prepared. */
  of(name: string): string | undefined {
    if (!this.isInUse) return undefined;
    return this.generation === 0 ? name : `${name}-${this.generation}`;
  }

  /** A statement has run under its name. */
  worked(): void {
    if (this.credit < MOST_CREDIT) this.credit++;
  }

  /** `used`, the name of the statement `name`, is of no more use: its plan is outdated, or a pooler has lost it. */
  replace(name: string, used: string, isLost: boolean): void {
    // Another connection has had its name replaced already.
    if (used !== this.of(name)) return;
    this.generation++;
    if (isLost) this.credit -= COST_OF_A_LOSS;
    if (this.credit > 0) return;
    this.isInUse = false;
    this.onGivenUp();
  }
}
