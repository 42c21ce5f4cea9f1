/** How much time a run may take. */
export class Effort {
  /** @param mode `quick`: the ratios that have goals, in two minutes. `smoke`: whether it works. */
  constructor(private readonly mode: 'whole' | 'quick' | 'smoke') {}

  /** Turns, of as many as a figure needs. */
  turns(full: number): number {
    if (this.mode === 'smoke') return 2;
    return this.mode === 'quick' ? Math.ceil(full / 3) : full;
  }

  /** The sizes of a curve. */
  some<T>(sizes: readonly T[]): readonly T[] {
    return this.mode === 'smoke' ? sizes.slice(0, 3) : sizes;
  }

  /** Rows that help to read the others, and have no goal. */
  get takesContext(): boolean {
    return this.mode !== 'quick';
  }
}
