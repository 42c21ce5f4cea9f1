import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Cron, Interval, SchedulerRegistry } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from '../../src/index.js';
import { SETUP } from './tokens.js';
import type { ReplicaSetup } from './setup.js';

/** The tasks of a shop. Each is in another trouble, but for the first two. */
@Injectable()
export class Jobs {
  private imports = 0;

  constructor(
    @Inject(SETUP) private readonly setup: ReplicaSetup,
    private readonly registry: SchedulerRegistry,
  ) {}

  @Cron('*/10 * * * * *')
  @TaskLock('sync-stock')
  async syncStock(): Promise<void> {
    await delay(300);
  }

  @Interval(15_000)
  @TaskLock('send-mails')
  async sendMails(): Promise<void> {
    await delay(120);
  }

  /** The second run on one replica hangs: nothing listens to the signal of the run. */
  @Cron('*/10 * * * * *')
  @TaskLock('import-prices', undefined, { maxHold: '1h' })
  async importPrices(): Promise<void> {
    this.imports++;
    if (!this.setup.hangs || this.imports !== 2) return delay(200);
    await new Promise<never>(() => undefined);
  }

  /** Its replica is killed in the middle. A run that somebody triggers later ends well, and can be cancelled. */
  @Cron('30 2 * * *')
  @TaskLock('export-orders')
  async exportOrders(): Promise<void> {
    await delay(60_000, undefined, { signal: currentTaskRun()?.signal });
  }

  /** The demo pauses it. */
  @Cron('*/30 * * * * *')
  @TaskLock('reindex-search')
  async reindexSearch(): Promise<void> {
    await delay(500);
  }

  @Cron('*/15 * * * * *')
  @TaskLock('charge-cards')
  async chargeCards(): Promise<void> {
    await delay(80);
    throw new Error('503 Service Unavailable from payments.example');
  }

  /** Somebody has stopped its job on all replicas. */
  @Cron('0 3 * * *', { name: 'nightly-report' })
  @TaskLock('nightly-report')
  async nightlyReport(): Promise<void> {
    await delay(2_000);
  }

  @Cron('0 6 1 * *')
  @TaskLock('send-invoices')
  async sendInvoices(): Promise<void> {
    await delay(1_000);
  }

  async stopNightlyReport(): Promise<void> {
    await this.registry.getCronJob('nightly-report').stop();
  }
}

/** What the shop ran before `send-invoice` was renamed. */
@Injectable()
export class OldJobs {
  @Cron('*/10 * * * * *')
  @TaskLock('sync-stock')
  async syncStock(): Promise<void> {
    await delay(300);
  }

  @Cron('0 6 1 * *')
  @TaskLock('send-invoice')
  async sendInvoice(): Promise<void> {
    await delay(1_000);
  }
}
