/** How many turns are worth the time. */
export class Effort {
  constructor(private readonly smoke: boolean) {}

  /** Of as many as a figure needs. */
  turns(full: number): number {
    return this.smoke ? 2 : full;
  }

  /** Of the sizes that a curve needs. */
  some<T>(sizes: readonly T[]): readonly T[] {
    return this.smoke ? sizes.slice(0, 3) : sizes;
  }
}
