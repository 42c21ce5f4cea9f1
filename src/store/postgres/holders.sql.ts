import type { LastHolder } from '../lock-store.js';

export interface HolderRow {
  name: string;
  locked_by: string;
  started: string;
}

/** Who ran these locks last. It reads by the primary key, takes no row lock, and is sent once, at start-up. */
export function holdersStatement(table: string): string {
  return `
SELECT name, locked_by, extract(epoch FROM started_at) * 1000 AS started
FROM ${table} WHERE name = ANY($1::text[]) AND locked_by IS NOT NULL`;
}

export function lastHolder({ name, locked_by, started }: HolderRow): LastHolder {
  return { name, heldBy: locked_by, startedAt: new Date(Number(started)) };
}
