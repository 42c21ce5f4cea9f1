import { Module } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockDashboardModule } from '../../src/dashboard.js';
import { TaskLockModule } from '../../src/index.js';
import { onceDemoIsGone } from './demo-is-gone.js';
import { replicaEnvironment } from './environment.js';
import type { Order, PageReport } from './environment.js';
import { Jobs } from './jobs.js';
import { JournalLogger } from './journal-logger.js';
import { Journal } from './journal.js';

// A replica is one process of a small Nest application; the demo starts it and gives it orders.

const { url, schema, journalFile, name, servesPage } = replicaEnvironment(process.env);
const journal = new Journal(journalFile, name);

// Open to whoever can reach loopback: an application asks its own session here.
const page = TaskLockDashboardModule.forRoot({ authorize: () => ({ user: 'demo', canOperate: true }) });

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url, schema, retryAttempts: 1, extra: { max: 4 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ replicaId: name }),
    ...(servesPage ? [page] : []),
  ],
  providers: [Jobs, { provide: Journal, useValue: journal }],
})
class ReplicaModule {}

// A demo that was itself killed leaves no replicas behind.
onceDemoIsGone(() => process.exit(0));
const options = { logger: new JournalLogger(journal), abortOnError: false, forceCloseConnections: true };
const app = servesPage ? await serve() : await NestFactory.createApplicationContext(ReplicaModule, options);
const jobs = app.get(Jobs);
process.on('message', (order: Order) => {
  follow(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
journal.write({ event: 'up' });

/** Starts it with the page, and tells the demo where that is. */
async function serve(): Promise<INestApplication> {
  const application = await NestFactory.create(ReplicaModule, options);
  await application.listen(0, '127.0.0.1');
  const report: PageReport = { page: `${await application.getUrl()}/task-lock` };
  process.send?.(report);
  return application;
}

async function follow(order: Order): Promise<void> {
  if (order.kind === 'announce') return jobs.announced(new Date(order.scheduledTime));
  if (order.kind === 'burst') return jobs.burst(order.firstChange);
  journal.write({ event: 'stopping' });
  await app.close();
  process.exit(0);
}
