import type { EntityManager } from 'typeorm';

export interface ParcelState {
  parcel: string;
  state: string;
}

/** Where the parcels of a shop are: asked of a carrier. */
export abstract class Carrier {
  abstract states(signal?: AbortSignal): Promise<ParcelState[]>;
  abstract listen(signal: AbortSignal): Promise<void>;
  abstract hangUp(): Promise<void>;
}

/** The shop's own table of parcels. */
export abstract class Parcels {
  abstract write(states: ParcelState[], manager: EntityManager): Promise<void>;
  /** Leaves out the rows that a greater token has written: the table has a column for it. */
  abstract writeFenced(states: ParcelState[], token: number): Promise<void>;
}
