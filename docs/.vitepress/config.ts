import { defineConfig } from 'vitepress';
import { sidebar } from './sidebar.js';

/** The anchors that GitHub makes, so that one link works in the site and in the repository. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

export default defineConfig({
  title: 'nestjs-task-lock',
  description: 'Exactly one replica runs each tick of @nestjs/schedule, with a lock in your own Postgres',
  outDir: '../build/docs',
  cacheDir: '../build/vitepress',
  markdown: {
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
  },
  vite: {
    server: { fs: { allow: ['../..'] } }, // the snippets and the plots stand beside docs/
    build: { chunkSizeWarningLimit: 2_000 }, // the index of the search
  },
  themeConfig: {
    outline: [2, 3],
    search: { provider: 'local' },
    externalLinkIcon: true,
    nav: [
      { text: 'Guide', link: '/guide/getting-started', activeMatch: '/guide/' },
      { text: 'Recipes', link: '/recipes/', activeMatch: '/recipes/' },
      { text: 'Operations', link: '/operations/operating', activeMatch: '/operations/' },
      { text: 'Guarantees', link: '/guarantees/', activeMatch: '/guarantees/' },
      { text: 'Reference', link: '/reference/task-options', activeMatch: '/reference/' },
      { text: 'Moving here', link: '/moving/', activeMatch: '/moving/' },
    ],
    sidebar,
  },
});
