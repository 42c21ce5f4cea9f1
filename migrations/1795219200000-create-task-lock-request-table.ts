import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the table of requests beside the lock table. Reverting it drops the table, with all requests.
 *
 * The text is frozen: applications have run it. A later change of the table is another migration.
 */
export class CreateTaskLockRequestTable1795219200000 implements MigrationInterface {
  readonly name: string = 'CreateTaskLockRequestTable1795219200000';
  protected readonly schema?: string;
  /** The lock table, whose name is followed by `_request`. */
  protected readonly table: string = 'task_lock';

  /**
   * `CREATE TABLE IF NOT EXISTS` alone fails where several replicas start at once, so they take an advisory lock until
   * the transaction ends.
   *
   * `args` is json and not jsonb, which refuses some texts that JavaScript writes. A request whose `latest_at` lies after
   * its `due_at` is debounced by later ones of its name. Only the id is unique and nothing refers to another table, so an
   * insert never waits for another transaction.
   */
  async up(queryRunner: QueryRunner): Promise<void> {
    const table = this.qualifiedTable(queryRunner);
    const index = quoted(`${this.table}_request_due`);
    const lockKey = `nestjs-task-lock ${table}`.replaceAll("'", "''");
    await queryRunner.query(`
SELECT pg_advisory_xact_lock(hashtextextended('${lockKey}', 0));
CREATE TABLE IF NOT EXISTS ${table} (
  id           bigint GENERATED ALWAYS AS IDENTITY,
  name         text NOT NULL,
  task         text NOT NULL,
  key          text,
  args         json NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  due_at       timestamptz NOT NULL,
  latest_at    timestamptz NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  token        uuid,
  parked_at    timestamptz,
  error        text,
  PRIMARY KEY (name, id)
);
CREATE INDEX IF NOT EXISTS ${index} ON ${table} (due_at) WHERE parked_at IS NULL;
COMMENT ON TABLE ${table} IS 'nestjs-task-lock: one row a request for a run soon, removed when the run that picked it up has succeeded. parked_at is set where its attempts are used up.';`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE IF EXISTS ${this.qualifiedTable(queryRunner)}`);
  }

  private qualifiedTable({ connection: { options } }: QueryRunner): string {
    const schema = this.schema ?? ('schema' in options ? options.schema : undefined);
    const table = `${this.table}_request`;
    return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
