import { Injectable } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';
import { Repository } from 'typeorm';

class Customer {
  id = 0;
}

class Invoice {
  customer = 0;
  day = new Date(0);
}

// #region invoices
@Injectable()
export class Invoices {
  constructor(
    private readonly customers: Repository<Customer>,
    private readonly invoices: Repository<Invoice>,
  ) {}

  @Cron(CronExpression.EVERY_DAY_AT_3AM, { timeZone: 'UTC' })
  @TaskLock('invoices', undefined, { recover: true })
  async issueInvoices() {
    const run = currentTaskRun()!;
    for (const customer of await this.customers.find()) {
      await run.transaction(async (manager) => {
        const invoices = manager.withRepository(this.invoices);
        await invoices.upsert({ customer: customer.id, day: run.scheduledTime }, ['customer', 'day']);
      }); // throws a TaskLockLostError, with everything rolled back, if another replica has the lock
    }
  }
}
// #endregion invoices

// #region fence
export async function charge(customer: string, amount: number) {
  const run = currentTaskRun()!;
  await fetch(`https://payments.example/customers/${customer}/charges`, {
    method: 'POST',
    headers: {
      fence: String(run.fence), // the service refuses one that is smaller than the greatest it has seen
      'idempotency-key': `${customer}-${run.scheduledTime?.toISOString()}`,
    },
    body: JSON.stringify({ amount }),
    signal: run.signal,
  });
}
// #endregion fence
