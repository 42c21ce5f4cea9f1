import { operatorStatementsFor } from '../../src/store/postgres/operator-statements.js';
import { tableNamesFor } from '../../src/store/postgres/operator-tables.js';
import type { TestDatabase } from './database.js';

/** The statements on the tables as the migrations make them. */
export const STATEMENTS = operatorStatementsFor(tableNamesFor({ table: 'task_lock' }));

/** The tables that operating needs beside the lock table. */
export const OPERATING_TABLES = ['control', 'cancel', 'task', 'run', 'action'].map(
  (suffix) => `task_lock_${suffix}`,
);

/** Removes all rows: on few rows it is quicker than TRUNCATE. */
export async function emptyAll(database: Pick<TestDatabase, 'query'>): Promise<void> {
  const tables = ['task_lock', 'task_lock_request', ...OPERATING_TABLES];
  await database.query(tables.map((table) => `DELETE FROM ${table};`).join(' '));
}

/** What Postgres says of a statement that it has run. */
export interface Plan {
  /** Bytes of the write-ahead log. */
  wal: number;
  /** Pages that it has read, of tables and indexes. */
  pages: number;
  /** Rows that it has read of the history, those included that it passed over. */
  runs: number;
  /** The tables that it has read from one end to the other. */
  scanned: string[];
}

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Loops'?: number;
  'Actual Rows'?: number;
  'Rows Removed by Filter'?: number;
  'WAL Bytes'?: number;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  Plans?: Node[];
}

/** Runs a statement, and reads how Postgres did it. */
export async function planOf(database: TestDatabase, text: string, values: unknown[]): Promise<Plan> {
  const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, WAL, FORMAT JSON) ${text}`,
    values,
  );
  const plan = row!['QUERY PLAN'][0].Plan;
  return {
    // Postgres counts what no other part reads, an insert or an update, apart from the rest.
    wal: Math.max(plan['WAL Bytes'] ?? 0, writtenBy(plan)),
    pages: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
    runs: runsIn(plan),
    scanned: scansIn(plan),
  };
}

function writtenBy(node: Node): number {
  const below = (node.Plans ?? []).reduce((sum, each) => sum + writtenBy(each), 0);
  return node['Node Type'] === 'ModifyTable' ? (node['WAL Bytes'] ?? 0) + below : below;
}

function runsIn(node: Node): number {
  const each = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0);
  const own = node['Relation Name'] === 'task_lock_run' ? each * (node['Actual Loops'] ?? 1) : 0;
  return (node.Plans ?? []).reduce((sum, below) => sum + runsIn(below), own);
}

function scansIn(node: Node): string[] {
  const below = (node.Plans ?? []).flatMap(scansIn);
  const isScan = node['Node Type'] === 'Seq Scan' && node['Actual Loops'] !== 0;
  return isScan ? [node['Relation Name'] ?? '', ...below] : below;
}
