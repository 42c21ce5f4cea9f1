/** The readers of a newsletter. */
export abstract class Newsletter {
  abstract readers(): Promise<string[]>;
  abstract send(reader: string): Promise<void>;
}
