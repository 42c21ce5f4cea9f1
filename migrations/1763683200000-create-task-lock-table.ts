import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTableStatement, dropTableStatement } from '../src/store/postgres/table.statements.js';
import { DEFAULT_TABLE, qualifiedTable, schemaOf } from '../src/store/postgres/table-name.js';

/** Makes the lock table in the data source's own schema. Reverting it drops the table, with all fences. */
export class CreateTaskLockTable1763683200000 implements MigrationInterface {
  readonly name: string = 'CreateTaskLockTable1763683200000';
  protected readonly schema?: string;
  protected readonly table: string = DEFAULT_TABLE;

  async up(queryRunner: QueryRunner): Promise<void> {
    const table = this.qualifiedTable(queryRunner);
    await queryRunner.query(createTableStatement(table, `nestjs-task-lock ${table}`));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(dropTableStatement(this.qualifiedTable(queryRunner)));
  }

  private qualifiedTable({ connection }: QueryRunner): string {
    return qualifiedTable(this.table, this.schema ?? schemaOf(connection));
  }
}
