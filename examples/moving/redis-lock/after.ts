import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';
import { Books } from './books.js';

@Injectable()
export class Accounting {
  constructor(private readonly books: Books) {}

  @Cron('0 7 * * *', { name: 'reminders', timeZone: 'Europe/Madrid' })
  @TaskLock('reminders')
  async sendReminders(): Promise<number> {
    return this.books.sendReminders();
  }

  @TaskLock({ name: 'balance', key: (customerId: string) => customerId, overlap: 'wait', waitTimeout: '4s' })
  async settle(customerId: string): Promise<number> {
    return this.books.settle(customerId);
  }
}
