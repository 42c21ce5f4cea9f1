/** A statement with one named array parameter a column, in the order in which the columns are declared. */
export interface Statement<Column extends string> {
  name: string;
  text: string;
  columns: readonly Column[];
}

/** Builds the parameters of a statement: one array a column, one element a request. */
export function columnsOf<Column extends string>(
  statement: Statement<Column>,
  rows: readonly Record<Column, string | number | boolean | null>[],
): unknown[][] {
  return statement.columns.map((column) => rows.map((row) => row[column]));
}
