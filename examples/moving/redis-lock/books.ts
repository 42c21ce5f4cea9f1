/** The books of a shop. */
export abstract class Books {
  abstract sendReminders(): Promise<number>;
  /** Resolves to the new balance. */
  abstract settle(customerId: string): Promise<number>;
}
