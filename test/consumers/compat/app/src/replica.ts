import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, CronExpression, ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { currentTaskRun, TaskLock, TaskLockModule, TaskLockService } from 'nestjs-task-lock';
import { DataSource } from 'typeorm';

/** What the test tells a replica to do. `rest` keeps it from some tasks, and `hang` lets their runs never end. */
type Order = { order: 'rest' | 'work' | 'hang' | 'commit' } | { order: 'ask' | 'transact'; id: number };

const replica = process.env.REPLICA!;
const tell = (event: object) => void process.send?.({ replica, ...event });

let rests = false;
let hangs = false;
let commit = () => {};

/** A condition of each task that only some replicas shall run. */
const when = () => !rests;

@Injectable()
class Jobs {
  constructor(private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('each second')
  async eachSecond() {
    await this.work('each second', false);
  }

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('plain', undefined, { when })
  async plain() {
    await this.work('plain', hangs);
  }

  // Not each second: a tick that comes before the recovery of the one before replaces it.
  @TaskLock('recovered', undefined, { when, recover: true })
  @Cron('*/5 * * * * *')
  async recovered() {
    await this.work('recovered', hangs);
  }

  @TaskLock('answer', undefined, { when, attempts: 5 })
  async answer(id: number) {
    await this.dataSource.query('INSERT INTO answer VALUES ($1, $2)', [id, replica]);
  }

  private async work(task: string, hangs: boolean) {
    const { scheduledTime, recovering } = currentTaskRun()!;
    tell({ event: 'run', task, tick: scheduledTime?.getTime(), recovering: Boolean(recovering), hangs });
    if (hangs) await new Promise(() => {});
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ replicaId: replica, lease: '1500ms', pollingInterval: '1s' }),
  ],
  providers: [Jobs],
})
class ReplicaModule {}

async function main() {
  const app = await NestFactory.createApplicationContext(ReplicaModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  const locks = app.get(TaskLockService);
  const dataSource = app.get(DataSource);

  /** Requests a run, and waits for the row that it leaves. */
  async function ask(id: number) {
    await locks.request<Jobs['answer']>('answer', { args: [id] });
    for (;;) {
      const [row] = await dataSource.query('SELECT by FROM answer WHERE id = $1', [id]);
      if (row) return tell({ event: 'answer', id, by: row.by });
      await delay(20);
    }
  }

  /** Writes a row in a fenced transaction, which commits when it is told to. */
  async function transact(id: number) {
    const told = new Promise<void>((resolve) => (commit = resolve));
    try {
      let result;
      do {
        result = await locks.run({ name: 'fenced', maxHold: '1h' }, (run) =>
          run.transaction(async (manager) => {
            await manager.query('INSERT INTO effect VALUES ($1)', [id]);
            tell({ event: 'in transaction', id });
            await told;
          }),
        );
        if (result.status === 'skipped') await delay(20);
      } while (result.status === 'skipped');
      tell({ event: 'end of transaction', id, outcome: 'committed' });
    } catch (error) {
      tell({ event: 'end of transaction', id, outcome: 'rolled back', error: String(error) });
    }
  }

  process.once('disconnect', () => process.exit(1));
  process.on('message', (message: Order) => {
    if (message.order === 'ask') void ask(message.id);
    else if (message.order === 'transact') void transact(message.id);
    else if (message.order === 'commit') commit();
    else if (message.order === 'hang') hangs = true;
    else rests = message.order === 'rest';
    tell({ event: 'obeys', order: message.order });
  });
  tell({ event: 'ready' });
}

void main();
