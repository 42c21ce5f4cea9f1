import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { Newsletter } from './newsletter.js';

@Injectable()
export class NewsletterJob implements OnApplicationBootstrap {
  constructor(
    private readonly newsletter: Newsletter,
    private readonly boss: PgBoss,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.boss.createQueue('newsletter', { retryLimit: 0 }); // a tick adds its mails once, or not at all
    await this.boss.createQueue('newsletter-mail', { retryLimit: 5, retryDelay: 60, retryBackoff: true });
    await this.boss.work('newsletter', () => this.sendAll());
    await this.boss.work<{ reader: string }>('newsletter-mail', async ([job]) => {
      await this.newsletter.send(job!.data.reader);
    });
    await this.boss.schedule('newsletter', '0 8 * * 1', null, { tz: 'Europe/Madrid' });
  }

  private async sendAll(): Promise<void> {
    const readers = await this.newsletter.readers();
    await this.boss.insert(
      'newsletter-mail',
      readers.map((reader) => ({ data: { reader } })),
    );
  }
}
