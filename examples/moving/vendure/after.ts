import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { ProcessContext } from '@vendure/core';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';
import { Sitemap } from './sitemap.js';

@Injectable()
export class SitemapTask {
  constructor(
    private readonly sitemap: Sitemap,
    private readonly processContext: ProcessContext,
  ) {}

  @Cron('0 4 * * *', { name: 'sitemap', timeZone: 'UTC' })
  @TaskLock('sitemap', undefined, {
    minHold: '10m',
    maxHold: '30m',
    when(this: SitemapTask) {
      return this.processContext.isWorker;
    },
  })
  async write(): Promise<{ pages: number }> {
    const pages = await this.sitemap.write(currentTaskRun()!.signal);
    return { pages };
  }
}
