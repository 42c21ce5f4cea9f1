import {
  ACTION_TABLE,
  CANCEL_TABLE,
  LOCK_TABLE,
  operatingTableOf,
  PAUSE_TABLE,
  qualifiedTable,
  REQUEST_TABLE,
  requestTableOf,
  RUN_TABLE,
  TASK_TABLE,
} from './table-name.js';
import type { OperatingTable, TablePlace } from './table-name.js';

/** The tables that an operator reads or writes. */
export type OperatorTable = OperatingTable | 'lock' | 'request';

/** All of them, as statements name them. */
export type TableNames = Readonly<Record<OperatorTable, string>>;

/** What errors call them. */
export const TABLE_KINDS = {
  lock: LOCK_TABLE,
  request: REQUEST_TABLE,
  control: PAUSE_TABLE,
  cancel: CANCEL_TABLE,
  task: TASK_TABLE,
  run: RUN_TABLE,
  action: ACTION_TABLE,
} as const;

export const OPERATING_TABLES: readonly OperatingTable[] = ['control', 'cancel', 'task', 'run', 'action'];

export function tableNamesFor({ table, schema }: TablePlace): TableNames {
  const named = (which: OperatingTable): string => qualifiedTable(operatingTableOf(table, which), schema);
  return {
    lock: qualifiedTable(table, schema),
    request: qualifiedTable(requestTableOf(table), schema),
    control: named('control'),
    cancel: named('cancel'),
    task: named('task'),
    run: named('run'),
    action: named('action'),
  };
}
