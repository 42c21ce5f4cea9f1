import type { DataSource } from 'typeorm';

/** The lock table's default name. */
export const DEFAULT_TABLE = 'task_lock';

/** What errors call the tables. */
export const LOCK_TABLE = 'lock table';
export const REQUEST_TABLE = 'table of requests';
export const PAUSE_TABLE = 'table of pauses';
export const CANCEL_TABLE = 'table of cancels';
export const RUN_TABLE = 'table of runs';
export const TASK_TABLE = 'table of declared tasks';
export const ACTION_TABLE = 'table of actions';
export type TableKind =
  | typeof LOCK_TABLE
  | typeof REQUEST_TABLE
  | typeof PAUSE_TABLE
  | typeof CANCEL_TABLE
  | typeof RUN_TABLE
  | typeof TASK_TABLE
  | typeof ACTION_TABLE;

/** Where a table is; without a schema the connection's search_path decides. */
export interface TablePlace {
  table: string;
  schema?: string;
}

/** Quotes an identifier, so that schemas and tables of every name work and none can smuggle in a statement. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** The table as statements name it; without a schema the connection's search_path decides. */
export function qualifiedTable(table: string, schema?: string): string {
  return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
}

/** The schema of a table where none was given: the data source's own, if it has one. */
export function schemaOf({ options }: Pick<DataSource, 'options'>): string | undefined {
  return 'schema' in options ? options.schema : undefined;
}

/** The name of the table of requests that stands beside a lock table. */
export function requestTableOf(table: string): string {
  return `${table}_request`;
}

/** The tables beside a lock table that operating needs. */
export type OperatingTable = 'control' | 'cancel' | 'task' | 'run' | 'action';

export function operatingTableOf(table: string, which: OperatingTable): string {
  return `${table}_${which}`;
}
