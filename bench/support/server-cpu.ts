import { existsSync, readFileSync } from 'node:fs';
import type pg from 'pg';

/** Whether the kernel tells what a process has used, to the nanosecond. */
export const knowsServerCpu = existsSync('/proc/self/schedstat');

/** The processes of Postgres that serve the connections of this `application_name`; of all, if none is given. */
export async function backendsOf(client: pg.Client, name?: string): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE $1::text IS NULL OR application_name = $1',
    [name],
  );
  if (rows.length === 0) throw new Error(`no connection has the application_name "${String(name)}"`);
  return rows.map(({ pid }) => pid);
}

/** Milliseconds of CPU that these processes have used while something was done; NaN if one of them has ended since. */
export async function cpuOf(pids: readonly number[], work: () => Promise<unknown>): Promise<number> {
  const before = used(pids);
  await work();
  return used(pids) - before;
}

function used(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const path = `/proc/${pid}/schedstat`;
    return sum + (existsSync(path) ? millisecondsIn(readFileSync(path, 'utf8')) : NaN);
  }, 0);
}

/** The first of three figures: nanoseconds on a processor. The others are those of waiting, and the time slices. */
export function millisecondsIn(schedstat: string): number {
  return Number(schedstat.split(' ')[0]) / 1_000_000;
}
