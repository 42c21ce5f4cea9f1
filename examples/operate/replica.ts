import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from '../../src/index.js';
import { onceDemoIsGone } from '../replicas/demo-is-gone.js';
import { Jobs, OldJobs } from './jobs.js';
import { setupOf } from './setup.js';
import type { Order } from './setup.js';
import { SETUP } from './tokens.js';

// One process of the shop. The demo starts it, and kills it.

const setup = setupOf(process.env);

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: setup.url, retryAttempts: 1, extra: { max: 4 } }),
    ScheduleModule.forRoot(),
    TaskLockModule.forRoot({ replicaId: setup.name, lease: '10s', operatorPolling: '2s' }),
  ],
  providers: [{ provide: SETUP, useValue: setup }, ...(setup.deployment === 'new' ? [Jobs] : [OldJobs])],
})
class ShopModule {}

onceDemoIsGone(() => process.exit(0));
const app = await NestFactory.createApplicationContext(ShopModule, { logger: false, abortOnError: false });
if (setup.deployment === 'new') await app.get(Jobs).stopNightlyReport();
process.on('message', (order: Order) => {
  const run = order === 'export-orders' ? app.get(Jobs).exportOrders() : app.get(OldJobs).sendInvoice();
  run.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.send?.('up');
