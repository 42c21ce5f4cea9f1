import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from '../../src/index.js';
import { onceDemoIsGone } from './demo-is-gone.js';
import { replicaEnvironment } from './environment.js';
import type { Order } from './environment.js';
import { Jobs } from './jobs.js';
import { JournalLogger } from './journal-logger.js';
import { Journal } from './journal.js';

// A replica is one process of a small Nest application; the demo starts it and gives it orders.

const { url, schema, journalFile, name } = replicaEnvironment(process.env);
const journal = new Journal(journalFile, name);

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url, schema, retryAttempts: 1, extra: { max: 4 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ replicaId: name }),
  ],
  providers: [Jobs, { provide: Journal, useValue: journal }],
})
class ReplicaModule {}

// A demo that was itself killed leaves no replicas behind.
onceDemoIsGone(() => process.exit(0));
const app = await NestFactory.createApplicationContext(ReplicaModule, {
  logger: new JournalLogger(journal),
  abortOnError: false,
});
const jobs = app.get(Jobs);
process.on('message', (order: Order) => {
  follow(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
journal.write({ event: 'up' });

async function follow(order: Order): Promise<void> {
  if (order.kind === 'announce') return jobs.announced(new Date(order.scheduledTime));
  if (order.kind === 'burst') return jobs.burst(order.firstChange);
  journal.write({ event: 'stopping' });
  await app.close();
  process.exit(0);
}
