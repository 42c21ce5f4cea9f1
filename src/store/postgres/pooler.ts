import type { DataSource, QueryRunner } from 'typeorm';
import { BACKEND_STATEMENT } from './doctor.sql.js';

/**
 * What stands between this process and the server. `transaction`: a pooler that gives the connection of the server to
 * somebody else between two transactions. `some`: a pooler whose mode did not show.
 */
export type Pooling = 'none seen' | 'some' | 'transaction';

/**
 * Looks for a pooler by the process of the server that answers. Two connections that are open at once are answered by
 * two processes, and each by the same one again, unless a pooler shares them between transactions. A pooler of any mode
 * also tells another process id at the connect than the server's own.
 */
export async function poolingOf(dataSource: DataSource): Promise<Pooling> {
  const [first, second] = [dataSource.createQueryRunner('master'), dataSource.createQueryRunner('master')];
  try {
    const connection: unknown = await first.connect();
    const before = await backendOf(first);
    await second.startTransaction();
    // A transaction that is open keeps its connection of the server: it may be the one that was idle just now.
    const other = await backendOf(second);
    if (other === before) return 'transaction';
    if ((await backendOf(first)) !== before) return 'transaction';
    const told = toldProcess(connection);
    return told !== undefined && told !== before ? 'some' : 'none seen';
  } finally {
    if (second.isTransactionActive) await second.rollbackTransaction();
    await Promise.all([first.release(), second.release()]);
  }
}

async function backendOf(runner: QueryRunner): Promise<string | undefined> {
  const [row] = (await runner.query(BACKEND_STATEMENT)) as { pid: string }[];
  return row?.pid;
}

/** pg keeps the process id that it was told at the connect, for a cancel. */
function toldProcess(connection: unknown): string | undefined {
  if (typeof connection !== 'object' || connection === null || !('processID' in connection)) return undefined;
  return typeof connection.processID === 'number' ? String(connection.processID) : undefined;
}
