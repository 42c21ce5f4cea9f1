import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Redlock } from '@anchan828/nest-redlock';
import { Books } from './books.js';

@Injectable()
export class Accounting {
  constructor(private readonly books: Books) {}

  @Cron('0 7 * * *', { name: 'reminders', timeZone: 'Europe/Madrid' })
  @Redlock('reminders', 60_000, { retryCount: 0 })
  async sendReminders(): Promise<number> {
    return this.books.sendReminders();
  }

  @Redlock<[customerId: string]>((_, customerId) => `balance/${customerId}`, 10_000)
  async settle(customerId: string): Promise<number> {
    return this.books.settle(customerId);
  }
}
