import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
} from 'typeorm-transactional';
import { runInTransaction } from 'typeorm-transactional';
import { TaskLock, TaskLockModule } from '../../src/index.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

let database: TestDatabase;

beforeAll(async () => {
  initializeTransactionalContext();
  database = await createDatabase();
  await database.query('CREATE TABLE work (id int)');
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE task_lock'));

@Injectable()
class Exports {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  @TaskLock('export', '1h')
  async run(): Promise<string> {
    await this.dataSource.query('INSERT INTO work VALUES (1)');
    return 'exported';
  }
}

describe('a claim inside a transaction of the caller, with typeorm-transactional', () => {
  test('is committed by itself: a rollback of the caller keeps the claim and its minimum hold', async () => {
    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ type: 'postgres', url: database.url }),
          dataSourceFactory: async (options) => addTransactionalDataSource(new DataSource(options!)),
        }),
        TaskLockModule.forRoot(),
      ],
      providers: [Exports],
    }).compile();
    await module.init();
    const exports = module.get(Exports);
    const rolledBack = runInTransaction(async () => {
      expect(await exports.run()).toBe('exported');
      const [seen] = await database.query('SELECT outcome FROM task_lock');
      expect(seen).toEqual({ outcome: 'succeeded' });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    expect(await database.query('SELECT id FROM work')).toEqual([]);
    expect(await database.query('SELECT name, outcome FROM task_lock')).toEqual([
      { name: 'export', outcome: 'succeeded' },
    ]);
    expect(await exports.run()).toBeUndefined();
    await module.close();
    deleteDataSourceByName('default');
  });
});
