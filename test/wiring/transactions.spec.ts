import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { currentTaskRun } from '../../src/calls/call-context.js';
import { TaskLock } from '../../src/index.js';
import { attachTaskLock, TaskLockTestingModule } from '../../src/testing/index.js';

/** What a test gives in place of a database. */
function mockDataSource() {
  const written: string[] = [];
  const committed: string[] = [];
  const manager = { write: (what: string) => void written.push(what) };
  const transaction = async (
    _level: string,
    work: (of: EntityManager) => Promise<unknown>,
  ): Promise<unknown> => {
    const value = await work(manager as unknown as EntityManager);
    committed.push(...written.splice(0));
    return value;
  };
  const dataSource = { options: { type: 'postgres' }, transaction } as unknown as DataSource;
  return { dataSource, committed };
}

interface Writer {
  write(what: string): void;
}

@Injectable()
class Jobs {
  @TaskLock('job')
  async job(): Promise<string> {
    return currentTaskRun()!.transaction(async (manager) => {
      (manager as unknown as Writer).write('invoice');
      return 'done';
    });
  }

  @TaskLock('too long', undefined, { maxHold: 50 })
  async tooLong(): Promise<string> {
    const { signal } = currentTaskRun()!;
    return currentTaskRun()!.transaction(async (manager) => {
      (manager as unknown as Writer).write('invoice');
      if (!signal.aborted) await once(signal, 'abort');
      return 'done';
    });
  }
}

describe('a transaction of a run in a test without a database', () => {
  test('takes the data source that the testing module is given', async () => {
    const { dataSource, committed } = mockDataSource();
    const module = await Test.createTestingModule({
      imports: [TaskLockTestingModule.forRoot({ dataSource })],
      providers: [Jobs],
    }).compile();
    expect(await module.get(Jobs).job()).toBe('done');
    expect(committed).toEqual(['invoice']);
    await module.close();
  });

  test('takes the one that attachTaskLock is given', async () => {
    const { dataSource, committed } = mockDataSource();
    expect(await attachTaskLock(new Jobs(), { dataSource }).job()).toBe('done');
    expect(committed).toEqual(['invoice']);
  });

  test('commits where the lock is turned off: nothing can be lost', async () => {
    const { dataSource, committed } = mockDataSource();
    expect(await attachTaskLock(new Jobs(), { dataSource, enabled: false }).job()).toBe('done');
    expect(committed).toEqual(['invoice']);
  });

  test('says how to give one where there is none', async () => {
    await expect(attachTaskLock(new Jobs()).job()).rejects.toThrow(
      'attachTaskLock(instance, { dataSource })',
    );
  });

  test('rolls back where the lock was lost in its middle', async () => {
    const { dataSource, committed } = mockDataSource();
    Logger.overrideLogger(false);
    await expect(attachTaskLock(new Jobs(), { dataSource }).tooLong()).rejects.toMatchObject({
      reason: 'maximum hold',
    });
    expect(committed).toEqual([]);
  });
});
