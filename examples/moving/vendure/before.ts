import { ScheduledTask } from '@vendure/core';
import { Sitemap } from './sitemap.js';

export const sitemapTask = new ScheduledTask({
  id: 'sitemap',
  schedule: '0 4 * * *',
  timeout: '30m',
  async execute({ injector }) {
    const pages = await injector.get(Sitemap).write();
    return { pages };
  },
});
