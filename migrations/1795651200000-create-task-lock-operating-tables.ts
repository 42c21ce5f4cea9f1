import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the five tables that operating needs beside the lock table, which it leaves alone: an ALTER would wait for every
 * open transaction that has read it, and each claim would wait for the ALTER. Reverting it drops the five tables.
 *
 * The text is frozen: applications have run it. A later change of a table is another migration.
 */
export class CreateTaskLockOperatingTables1795651200000 implements MigrationInterface {
  readonly name: string = 'CreateTaskLockOperatingTables1795651200000';
  protected readonly schema?: string;
  /** The lock table, whose name is followed by `_control` and so on. */
  protected readonly table: string = 'task_lock';

  /**
   * `CREATE TABLE IF NOT EXISTS` alone fails where several replicas start at once, so they take an advisory lock until
   * the transaction ends.
   *
   * No table refers to another one, so no write waits for a row of the lock table. `names` holds all tasks of an
   * application, in the row named `*`.
   */
  async up(queryRunner: QueryRunner): Promise<void> {
    const table = (suffix: string): string => this.qualifiedTable(queryRunner, suffix);
    const index = (suffix: string): string => quoted(`${this.table}_${suffix}`);
    const lockKey = `nestjs-task-lock ${this.qualifiedTable(queryRunner)}`.replaceAll("'", "''");
    await queryRunner.query(`
SELECT pg_advisory_xact_lock(hashtextextended('${lockKey}', 0));
CREATE TABLE IF NOT EXISTS ${table('control')} (
  name         text PRIMARY KEY,
  paused_at    timestamptz NOT NULL,
  paused_until timestamptz NOT NULL,
  paused_by    text NOT NULL,
  reason       text,
  resumed_at   timestamptz
);
CREATE TABLE IF NOT EXISTS ${table('cancel')} (
  name         text PRIMARY KEY,
  fence        bigint NOT NULL,
  by           text NOT NULL,
  reason       text,
  cancelled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE IF NOT EXISTS ${table('task')} (
  application    text NOT NULL,
  name           text NOT NULL,
  digest         text NOT NULL,
  member         text,
  schedule       text,
  time_zone      text,
  interval_ms    float8,
  min_hold_ms    float8,
  max_hold_ms    float8,
  lease_ms       float8,
  is_scheduled   boolean NOT NULL DEFAULT false,
  is_conditional boolean NOT NULL DEFAULT false,
  is_disabled    boolean NOT NULL DEFAULT false,
  is_keyed       boolean NOT NULL DEFAULT false,
  is_polled      boolean NOT NULL DEFAULT true,
  names          text[],
  first_declared timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_declared  timestamptz NOT NULL DEFAULT clock_timestamp(),
  declared_by    text NOT NULL,
  version        text NOT NULL,
  PRIMARY KEY (application, name, digest)
);
CREATE TABLE IF NOT EXISTS ${table('run')} (
  name          text NOT NULL,
  fence         bigint NOT NULL,
  task          text NOT NULL,
  key           text,
  tick          timestamptz,
  previous_tick timestamptz,
  next_due      timestamptz,
  trigger       text NOT NULL,
  replica       text NOT NULL,
  started_at    timestamptz NOT NULL,
  finished_at   timestamptz,
  outcome       text NOT NULL,
  error         text,
  lateness_ms   float8,
  PRIMARY KEY (name, fence)
);
CREATE INDEX IF NOT EXISTS ${index('run_task')} ON ${table('run')} (task, started_at);
CREATE TABLE IF NOT EXISTS ${table('action')} (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name           text NOT NULL,
  key            text,
  action         text NOT NULL,
  by             text NOT NULL,
  reason         text,
  at             timestamptz NOT NULL DEFAULT clock_timestamp(),
  until          timestamptz,
  args           json,
  even_if_paused boolean NOT NULL DEFAULT false,
  expires_at     timestamptz,
  taken_at       timestamptz,
  taken_by       text,
  fence          bigint,
  answer         text,
  error          text,
  answered_at    timestamptz
);
CREATE INDEX IF NOT EXISTS ${index('action_name')} ON ${table('action')} (name, id);
CREATE INDEX IF NOT EXISTS ${index('action_open')} ON ${table('action')} (id) WHERE expires_at IS NOT NULL AND taken_at IS NULL;
COMMENT ON TABLE ${table('control')} IS 'nestjs-task-lock: one row a task that was ever paused, or * for all. No claim is won while paused_until lies ahead.';
COMMENT ON TABLE ${table('cancel')} IS 'nestjs-task-lock: the run of a lock that was last asked to stop, by its fence.';
COMMENT ON TABLE ${table('task')} IS 'nestjs-task-lock: one row a definition of a task, as replicas declare it when they start. The row * of an application has the names of all its tasks.';
COMMENT ON TABLE ${table('run')} IS 'nestjs-task-lock: one row a run that has ended, or whose replica died. Old rows are pruned.';
COMMENT ON TABLE ${table('action')} IS 'nestjs-task-lock: who paused, resumed, triggered, cancelled, released or forgot what. A trigger with expires_at and without taken_at waits for a replica.';`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const tables = ['control', 'cancel', 'task', 'run', 'action'].map((suffix) =>
      this.qualifiedTable(queryRunner, suffix),
    );
    await queryRunner.query(`DROP TABLE IF EXISTS ${tables.join(', ')}`);
  }

  private qualifiedTable({ connection: { options } }: QueryRunner, suffix?: string): string {
    const schema = this.schema ?? ('schema' in options ? options.schema : undefined);
    const table = suffix === undefined ? this.table : `${this.table}_${suffix}`;
    return schema === undefined ? quoted(table) : `${quoted(schema)}.${quoted(table)}`;
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
