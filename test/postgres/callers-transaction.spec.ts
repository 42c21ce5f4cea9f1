import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, EntitySchema } from 'typeorm';
import {
  addTransactionalDataSource,
  deleteDataSourceByName,
  initializeTransactionalContext,
} from 'typeorm-transactional';
import { runInTransaction } from 'typeorm-transactional';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock, TaskLockModule } from '../../src/index.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';

let database: TestDatabase;

beforeAll(async () => {
  initializeTransactionalContext();
  database = await createDatabase();
  await database.query('CREATE TABLE work (id int PRIMARY KEY)');
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE task_lock, work'));

interface Work {
  id: number;
}

const Work = new EntitySchema<Work>({ name: 'work', columns: { id: { type: Number, primary: true } } });

@Injectable()
class Exports {
  constructor(@Inject(getDataSourceToken()) private readonly dataSource: DataSource) {}

  @TaskLock('export', '1h')
  async run(): Promise<string> {
    await this.dataSource.query('INSERT INTO work VALUES (1)');
    return 'exported';
  }

  @TaskLock('fenced')
  async fenced(): Promise<void> {
    await currentTaskRun()!.transaction(async (manager) => {
      await manager.query('INSERT INTO work VALUES (2)');
      await manager.insert(Work, { id: 3 });
      await manager.getRepository(Work).insert({ id: 4 });
    });
  }
}

const rolledBack = new Error('rolled back');

/** Runs work in a transaction of the caller, which is rolled back. */
async function inCallersTransaction(work: () => Promise<void>): Promise<void> {
  const calling = runInTransaction(async () => {
    await work();
    throw rolledBack;
  });
  await expect(calling).rejects.toBe(rolledBack);
}

describe('inside a transaction of the caller, with typeorm-transactional', () => {
  let module: TestingModule;
  let exports: Exports;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ type: 'postgres', url: database.url, entities: [Work] }),
          dataSourceFactory: async (options) => addTransactionalDataSource(new DataSource(options!)),
        }),
        TaskLockModule.forRoot(),
      ],
      providers: [Exports],
    }).compile();
    await module.init();
    exports = module.get(Exports);
  });
  afterAll(async () => {
    await module.close();
    deleteDataSourceByName('default');
  });

  test('a claim is committed by itself: a rollback of the caller keeps it and its minimum hold', async () => {
    await inCallersTransaction(async () => {
      expect(await exports.run()).toBe('exported');
      const [seen] = await database.query("SELECT outcome FROM task_lock WHERE name = 'export'");
      expect(seen).toEqual({ outcome: 'succeeded' });
    });
    expect(await database.query('SELECT id FROM work')).toEqual([]);
    expect(await database.query("SELECT outcome FROM task_lock WHERE name = 'export'")).toEqual([
      { outcome: 'succeeded' },
    ]);
    expect(await exports.run()).toBeUndefined();
  });

  test('a transaction of the run is refused: the work of repositories would not be fenced', async () => {
    await inCallersTransaction(async () => {
      await expect(exports.fenced()).rejects.toThrow(
        /^currentTaskRun\(\)\.transaction\(\) was called inside a transaction of the caller's/,
      );
    });
    expect(await database.query('SELECT id FROM work')).toEqual([]);
  });

  test('and outside of it commits all that goes through its manager', async () => {
    await exports.fenced();
    expect(await database.query('SELECT id FROM work ORDER BY id')).toEqual([
      { id: 2 },
      { id: 3 },
      { id: 4 },
    ]);
  });
});
