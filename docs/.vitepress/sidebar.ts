import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';

type Pages = readonly (readonly [text: string, link: string])[];

const guide: Pages = [
  ['Getting started', '/guide/getting-started'],
  ['How it works', '/guide/how-it-works'],
  ['Choosing holds', '/guide/choosing-holds'],
  ['Where it runs', '/guide/contexts'],
  ['With other packages', '/guide/integrations'],
  ['Testing your jobs', '/guide/testing-your-jobs'],
  ['Going to production', '/guide/going-to-production'],
];

const recipes: Pages = [
  ['All recipes', '/recipes/'],
  ['A lock for each argument', '/recipes/a-lock-for-each-argument'],
  ['Many calls, one run', '/recipes/many-calls-one-run'],
  ['Requests', '/recipes/requests'],
  ['Missed and failed ticks', '/recipes/missed-and-failed-ticks'],
  ['Work of a stale holder', '/recipes/stale-holders'],
  ['One computes, every replica reloads', '/recipes/every-replica-reloads'],
  ['Some replicas only', '/recipes/some-replicas-only'],
  ['Schedules that change', '/recipes/schedules-that-change'],
  ['Skipped calls', '/recipes/skipped-calls'],
  ['Stopping a run', '/recipes/stopping-a-run'],
  ['Watching what runs', '/recipes/watching-what-runs'],
  ['Holding a lock', '/recipes/holding-a-lock'],
  ['Leader election', '/recipes/leader-election'],
];

const operations: Pages = [
  ['See and steer', '/operations/operating'],
  ['Dashboard', '/operations/dashboard'],
  ['Metrics and traces', '/operations/metrics'],
  ['Health checks and monitors', '/operations/monitoring'],
  ['Shutdown', '/operations/shutdown'],
  ['Roles and grants', '/operations/least-privilege'],
  ['Scaling', '/operations/scaling'],
  ['Failover', '/operations/failover'],
  ['Compatibility', '/operations/compatibility'],
  ['Upgrading', '/upgrade'],
  ['Support', '/support'],
];

const reference: Pages = [
  ['Options of a task', '/reference/task-options'],
  ['Options of the module', '/reference/module-options'],
  ['Decorators', '/reference/decorators'],
  ['TaskLockService', '/reference/task-lock-service'],
  ['currentTaskRun', '/reference/current-task-run'],
  ['TaskLockOperator', '/reference/task-lock-operator'],
  ['Command line', '/reference/command-line'],
  ['Tables and log lines', '/reference/tables-and-log-lines'],
  ['Errors', '/reference/errors'],
  ['API', '/reference/api/'],
];

const movingFolder = new URL('../moving/', import.meta.url);

/** The pages on moving here, by their titles. */
function moving(): Pages {
  if (!existsSync(movingFolder)) return [];
  const files = readdirSync(movingFolder).filter((file) => file.endsWith('.md'));
  files.sort((a, b) => Number(b === 'index.md') - Number(a === 'index.md') || a.localeCompare(b));
  return files.map((file) => {
    const [, title = file] = /^# (.+)$/m.exec(readFileSync(new URL(file, movingFolder), 'utf8')) ?? [];
    return [title.replaceAll('`', ''), `/moving/${file.replace(/(index)?\.md$/, '')}`] as const;
  });
}

const about: Pages = [
  ['Guarantees', '/guarantees/'],
  ['Architecture', '/architecture'],
  ['Glossary', '/glossary'],
];

/** A page is listed from the day on which it is there. */
function isThere(link: string): boolean {
  if (link.startsWith('/reference/api/')) return true; // made by `npm run docs`, after this is read
  return existsSync(new URL(`..${link}${link.endsWith('/') ? 'index' : ''}.md`, import.meta.url));
}

function group(text: string, pages: Pages, collapsed?: boolean): DefaultTheme.SidebarItem {
  const items = pages.filter(([, link]) => isThere(link)).map(([name, link]) => ({ text: name, link }));
  return { text, collapsed, items };
}

export const sidebar: DefaultTheme.SidebarItem[] = [
  group('Guide', guide),
  group('Recipes', recipes, false),
  group('Operations', operations, false),
  group('Reference', reference, false),
  group('Moving here', moving(), false),
  group('About', about),
].filter(({ items }) => items?.length);
