import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the lock table in the data source's own schema. Reverting it drops the table, with all fences.
 *
 * The text is frozen: applications have run it. A later change of the table is another migration.
 */
export class CreateTaskLockTable1763683200000 implements MigrationInterface {
  readonly name: string = 'CreateTaskLockTable1763683200000';
  protected readonly schema?: string;
  protected readonly table: string = 'task_lock';

  /**
   * `CREATE TABLE IF NOT EXISTS` alone fails where several replicas start at once, so they take an advisory lock until
   * the transaction ends. All is sent as one text, which Postgres runs as one transaction of its own where the migration
   * has none.
   *
   * `last_tick` starts at '-infinity' and not at NULL: `NULL < tick` is not true, and a first claim would never win. The
   * fillfactor leaves room for a new version of the row on its page, and there is no second index: each claim then stays
   * a heap-only update.
   */
  async up(queryRunner: QueryRunner): Promise<void> {
    const table = this.qualifiedTable(queryRunner);
    const lockKey = `nestjs-task-lock ${table}`.replaceAll("'", "''");
    await queryRunner.query(`
SELECT pg_advisory_xact_lock(hashtextextended('${lockKey}', 0));
CREATE TABLE IF NOT EXISTS ${table} (
  name         text PRIMARY KEY,
  locked_until timestamptz NOT NULL DEFAULT '-infinity',
  started_at   timestamptz NOT NULL DEFAULT '-infinity',
  finished_at  timestamptz DEFAULT '-infinity',
  last_tick    timestamptz NOT NULL DEFAULT '-infinity',
  fence        bigint NOT NULL DEFAULT 0,
  token        uuid,
  locked_by    text,
  outcome      text,
  error        text
) WITH (fillfactor = 70);
COMMENT ON TABLE ${table} IS 'nestjs-task-lock: one row a lock name, kept for ever. finished_at is null while a run is in progress; locked_until then ends its lease, and afterwards its minimum hold.';`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE IF EXISTS ${this.qualifiedTable(queryRunner)}`);
  }

  private qualifiedTable({ connection: { options } }: QueryRunner): string {
    const schema = this.schema ?? ('schema' in options ? options.schema : undefined);
    return [schema, this.table]
      .filter((part) => part !== undefined)
      .map((part) => `"${part.replaceAll('"', '""')}"`)
      .join('.');
  }
}
