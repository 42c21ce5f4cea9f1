import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { TaskLock } from 'nestjs-task-lock';
import { Newsletter } from './newsletter.js';

@Injectable()
export class NewsletterJob {
  constructor(private readonly newsletter: Newsletter) {}

  @Cron('0 8 * * 1', { name: 'newsletter', timeZone: 'Europe/Madrid' })
  @TaskLock('newsletter')
  async sendAll(): Promise<void> {
    for (const reader of await this.newsletter.readers()) {
      await this.newsletter.send(reader);
    }
  }
}
