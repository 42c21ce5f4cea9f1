import { Module } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskLockService } from 'nestjs-task-lock';
import { DataSource } from 'typeorm';
import { gate } from './gate.js';
import { lockImports } from './lock-imports.js';

@Module({ imports: lockImports() })
class OtherReplicaModule {}

export interface Row {
  outcome: string | null;
  running: boolean;
}

/** A second application on the same database: it holds locks, and reads their rows. */
export class OtherReplica {
  private constructor(private readonly application: INestApplicationContext) {}

  static async start(): Promise<OtherReplica> {
    const application = await NestFactory.createApplicationContext(OtherReplicaModule, {
      logger: ['warn', 'error'],
      abortOnError: false,
    });
    return new OtherReplica(application);
  }

  /** Calls `call` while this replica holds the lock. */
  async whileHeld<T>(name: string, call: () => Promise<T>): Promise<T> {
    const { reached, open, pass } = gate();
    const run = this.application.get(TaskLockService).run({ name }, pass);
    await reached;
    try {
      return await call();
    } finally {
      open();
      await run;
    }
  }

  async row(name: string): Promise<Row | undefined> {
    const [row] = await this.application
      .get(DataSource)
      .query<Row[]>(
        'SELECT outcome, finished_at IS NULL AND started_at IS NOT NULL AS running FROM task_lock WHERE name = $1',
        [name],
      );
    return row;
  }

  close(): Promise<void> {
    return this.application.close();
  }
}
