import { jest } from '@jest/globals';
import pg from 'pg';

export interface SentQuery {
  text: string;
  /** Of the prepared statement, where it is one. */
  name?: string;
  /** The parameters, in the order of the statement's columns. */
  values?: unknown[];
}

/** What this process sent to any database while `work` was done. */
export async function queriesDuring(work: () => Promise<unknown>): Promise<SentQuery[]> {
  const query = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.map(([sent]) => sent as unknown as SentQuery | string).map(asQuery);
  } finally {
    query.mockRestore();
  }
}

function asQuery(sent: SentQuery | string): SentQuery {
  return typeof sent === 'string' ? { text: sent } : sent;
}
