import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  createRequestTableStatement,
  dropRequestTableStatement,
} from '../src/store/postgres/request-table.statements.js';
import {
  DEFAULT_TABLE,
  qualifiedTable,
  quoted,
  requestTableOf,
  schemaOf,
} from '../src/store/postgres/table-name.js';

/** Makes the table of requests beside the lock table. Reverting it drops the table, with all requests. */
export class CreateTaskLockRequestTable1795219200000 implements MigrationInterface {
  readonly name: string = 'CreateTaskLockRequestTable1795219200000';
  protected readonly schema?: string;
  protected readonly table: string = DEFAULT_TABLE;

  async up(queryRunner: QueryRunner): Promise<void> {
    const table = this.qualifiedTable(queryRunner);
    const index = quoted(`${requestTableOf(this.table)}_due`);
    await queryRunner.query(createRequestTableStatement(table, index, `nestjs-task-lock ${table}`));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(dropRequestTableStatement(this.qualifiedTable(queryRunner)));
  }

  private qualifiedTable({ connection }: QueryRunner): string {
    return qualifiedTable(requestTableOf(this.table), this.schema ?? schemaOf(connection));
  }
}
