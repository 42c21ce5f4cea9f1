import { describe, expect, test } from '@jest/globals';
import * as pages from '../../src/dashboard/html/pages.js';
import { strip } from '../../src/dashboard/html/strip.js';
import { SCRIPT } from '../../src/dashboard/script.js';
import { STYLE } from '../../src/dashboard/style.js';
import type { ConfirmView, DashboardAction, ListView, TaskView } from '../../src/dashboard/views.js';
import type { TickFate } from '../../src/operate/operator-types.js';
import { confirmView, listView, NOW, runState, running, task, taskView } from '../support/dashboard-views.js';

const { listPage, messagePage } = pages;

/** What differs from page to page. */
function mainOf(page: string): string {
  return page.slice(page.indexOf('<main'), page.indexOf('</main>'));
}

const list = (view: ListView): string => mainOf(listPage(view));
const taskPage = (view: TaskView): string => mainOf(pages.taskPage(view));
const confirmPage = (view: ConfirmView): string => mainOf(pages.confirmPage(view));

/** The words of a page. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<main'), page.indexOf('</main>'));
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');
}

describe('a strip', () => {
  const runs = [runState({ outcome: 'failed' }), runState(), runState({ durationMs: 690 }), runState()];

  test('draws the newest run on the right, and lets one that failed hang below the line', () => {
    expect(String(strip(runs))).toBe(
      '<svg role=img class=strip><title>4 runs: 3 succeeded, 1 failed</title>' +
        '<path class="ok" d="M56 7V5h1V0h1V5h1V7"/><path class="bad" d="M59 10V5h1V10"/></svg>',
    );
  });

  test('draws no more than sixty', () => {
    expect(String(strip(Array.from({ length: 70 }, () => runState())))).toContain('60 runs: 60 succeeded');
  });

  test('draws nothing above the line for a run that died', () => {
    const died = runState({ outcome: 'died', durationMs: null, finishedAt: null });
    expect(String(strip([died]))).toContain('d="M59 10V7h1V10"');
  });
});

describe('the list', () => {
  test('has its title once', () => {
    expect(listPage(listView([], { title: 'Tasks' }))).toContain('<title>Tasks</title>');
    expect(listPage(listView([], { title: 'Shop' }))).toContain('<title>Tasks · Shop</title>');
  });

  test('weighs less than 60 KB with fifty tasks of sixty uneven runs, style and script included', () => {
    const names = Array.from({ length: 50 }, (_, index) => `import-prices-${index}`);
    const runs = Array.from({ length: 60 }, (_, index) =>
      runState({
        durationMs: 100 + ((index * 7919) % 60),
        replica: 'shop-7d9f8b6c5-x2x8q:1:3f9a2b',
        outcome: index % 20 ? 'succeeded' : 'failed',
      }),
    );
    const tasks = names.map((name) => task({ name, lastRun: runs[1] }));
    const view = listView(tasks, { recent: new Map(names.map((name) => [name, runs])) });
    expect(Buffer.byteLength(listPage(view))).toBeLessThan(60_000);
    expect(Buffer.byteLength(SCRIPT)).toBeLessThanOrEqual(3 * 1024);
  });

  test('says who holds a task, and how long its lease still lasts', () => {
    expect(textOf(list(listView([running])))).toContain('running for 41s lease 37s left, on replica-2');
  });

  test('links each state with its count, and marks the one that is shown', () => {
    const page = list(listView([running, task({ name: 'b' })], { filter: 'running' }));
    expect(page).toContain('<a href="task-lock?state=running" aria-current="true">');
    expect(textOf(page)).toContain('All 2 overdue 0 died 0 running 1 paused 0 undeclared 0 idle 1');
  });

  test('says what to do where there is no task', () => {
    expect(textOf(list(listView([])))).toContain('Decorate a method with @TaskLock');
  });

  test('leads to the pages around it, with the filter', () => {
    const tasks = { items: [task()], page: 2, pages: 3, total: 101 };
    const page = list(listView([task()], { tasks, filter: 'idle' }));
    expect(page).toContain('href="task-lock?state=idle"');
    expect(page).toContain('href="task-lock?state=idle&amp;page=3"');
  });

  test('has no id twice, whatever a task is called', () => {
    const names = ['pager', 'list', 'main', 'live', 'filters', ':pager'];
    const tasks = { items: names.map((name) => task({ name })), page: 1, pages: 2, total: 60 };
    const ids = [...list(listView([], { tasks })).matchAll(/ id="?([^" >]+)/g)].map(([, id]) => id);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids).toContain(':pager');
  });

  test('offers to resume all tasks while all are paused, and says by whom', () => {
    const paused = { by: 'ana', reason: 'upgrade', since: NOW.toISOString(), until: null, name: '*' };
    const page = list(listView([], { pause: paused, filter: 'overdue' }));
    expect(page).not.toContain('action=pause');
    expect(list(listView([task()], { pause: paused }))).toContain('confirm?action=resume&amp;name=*');
    expect(textOf(page)).toContain('All tasks are paused by ana now , until it is resumed: “upgrade”.');
  });
});

/** The actions that a task page links to. */
function offered(page: string): string[] {
  return [...page.matchAll(/confirm\?action=([^"]*)/g)].map(([, query]) => query!.replace(/&amp;/g, '&'));
}

describe('a task', () => {
  test('offers what is possible now, and names the run that is seen', () => {
    expect(offered(taskPage(taskView(running)))).toEqual([
      'trigger&name=clean-up',
      'pause&name=clean-up',
      'cancel&name=clean-up&fence=12',
      'release&name=clean-up&fence=12&force=1',
    ]);
    expect(offered(taskPage(taskView(task({ state: 'undeclared' }))))).toEqual(['forget&name=clean-up']);
    const died = runState({ outcome: 'died', durationMs: null, fence: '9', key: 'a' });
    expect(offered(taskPage(taskView(task({ state: 'died', lastRun: died }), { runs: [died] })))).toContain(
      'release&name=clean-up&fence=9&key=a',
    );
  });

  test('offers to release the lock of the key that holds it no more, not of one that has run again', () => {
    const runs = [
      runState({ key: 'a', fence: '12' }),
      runState({ key: 'a', fence: '9', outcome: 'died', durationMs: null }),
      runState({ key: 'b', fence: '8', outcome: 'died', durationMs: null }),
    ];
    const links = offered(taskPage(taskView(task({ state: 'died' }), { runs })));
    expect(links.filter((each) => each.startsWith('release'))).toEqual([
      'release&name=clean-up&fence=8&key=b',
    ]);
  });

  test('measures runs that take no time by a scale of two milliseconds', () => {
    const runs = [runState({ durationMs: 0 })];
    expect(taskPage(taskView(task(), { runs }))).toContain(
      '<span>2 ms</span><span>1 ms</span><span>0</span>',
    );
  });

  test('offers only what the user may do', () => {
    expect(offered(taskPage(taskView(running, { allowed: ['cancel'] })))).toEqual([
      'cancel&name=clean-up&fence=12',
    ]);
    expect(offered(taskPage(taskView(running, { allowed: [] })))).toEqual([]);
  });

  test('says in words what became of each tick', () => {
    const fates: TickFate[] = [
      'ran',
      'running',
      'not due',
      'paused',
      'overlapped',
      'missed',
      'ran, not recorded',
      'unknown',
    ];
    const ticks = fates.map((state, hour) => ({
      tick: `2026-11-27T0${hour}:00:00.000Z`,
      state,
      run: null,
      paused: null,
    }));
    const page = textOf(taskPage(taskView(task(), { ticks })));
    for (const words of [
      '1 ran',
      '1 running',
      '1 not due',
      '1 paused',
      '1 overlapped',
      '1 missed',
      '1 ran, not recorded',
      '1 unknown',
    ])
      expect(page).toContain(words);
  });

  test('names the fates of ticks in one order, so that nothing jumps when one is added', () => {
    const at = (hour: number, state: TickFate): TaskView['ticks'][number] => ({
      tick: `2026-11-27T0${hour}:00:00.000Z`,
      state,
      run: null,
      paused: null,
    });
    const fatesOf = (...ticks: TaskView['ticks']): string[] =>
      [...taskPage(taskView(task(), { ticks })).matchAll(/<li><i class="f (\w+)"/g)].map(([, mark]) => mark!);
    expect(fatesOf(at(1, 'ran'), at(2, 'missed'))).toEqual(fatesOf(at(1, 'missed'), at(2, 'ran')));
  });

  test('leaves nothing out of a setting, nor the seconds of its next ticks', () => {
    const next = [0, 3].map((second) => ({
      tick: `2026-11-27T04:41:0${second}.000Z`,
      localTime: `2026-11-27T05:41:0${second}.000+01:00`,
      timeZone: 'Europe/Berlin',
    }));
    const page = textOf(taskPage(taskView(task({ interval: 300_000, minHold: 270_000 }), { next })));
    expect(page).toContain('Minimum hold 4m 30s');
    expect(page).toMatch(/05:41:00 .*05:41:03 /);
    const hourly = next.slice(0, 1);
    expect(textOf(taskPage(taskView(task(), { next: hourly })))).toContain('05:41 +01:00');
  });

  test('says why a run that a user asked for was skipped', () => {
    const trigger = { status: 'skipped', id: '1', reason: 'held' } as const;
    expect(textOf(taskPage(taskView(task(), { trigger })))).toContain('skipped: another run held the lock.');
  });

  test('unfolds an error of many lines', () => {
    const page = taskPage(
      taskView(task(), { runs: [runState({ outcome: 'failed', error: 'Error: 503\n  at x' })] }),
    );
    expect(page).toContain('<summary>Error: 503</summary><pre><bdi>Error: 503\n  at x</bdi></pre>');
  });
});

describe('a confirmation', () => {
  const actions: [DashboardAction, string][] = [
    ['pause', 'What is due meanwhile is not caught up'],
    ['resume', 'It starts again at its next tick, in 19m .'],
    ['trigger', 'an overdue task stays overdue until its next tick'],
    ['cancel', 'It keeps the lock until its method ends'],
    ['release', 'the tick of that run is not recovered'],
    ['forget', 'This cannot be undone'],
  ];

  test.each(actions)('of %s says that %s', (action, words) => {
    expect(textOf(confirmPage(confirmView({ action })))).toContain(words);
  });

  test('asks why where the service needs a reason', () => {
    for (const [action] of actions) {
      const isRequired = action === 'pause' || action === 'cancel';
      expect([action, / required/.test(confirmPage(confirmView({ action })))]).toEqual([action, isRequired]);
    }
  });

  test('carries the run that the user saw, also where another one is in its place by now', () => {
    const page = confirmPage(confirmView({ action: 'cancel', task: running, fence: '11' }));
    expect(page).toContain('name="fence" value="11"');
    expect(textOf(page)).toContain('Another run, with fence 12, is in progress by now');
  });

  test('of a release says who holds the lock, and has no button without force', () => {
    const page = confirmPage(confirmView({ action: 'release', task: running, fence: '12' }));
    expect(page).not.toContain('<form');
    expect(offered(page)).toEqual([
      'cancel&name=clean-up&fence=12',
      'release&name=clean-up&fence=12&force=1',
    ]);
    const forced = confirmPage(confirmView({ action: 'release', task: running, fence: '12', force: true }));
    expect(forced).toContain('name="force" value="1"');
    expect(textOf(forced)).toContain(
      'Nobody else starts until the lease ends, at 27 Nov, 04:40:50 UTC ( in 37s )',
    );
  });

  test('keeps the line breaks of a name in its address', () => {
    expect(confirmPage(confirmView({ action: 'resume', name: 'a\nb' }))).toContain(
      'action="task-lock/act?name=a%0Ab"',
    );
    expect(confirmPage(confirmView({ action: 'resume' }))).toContain('action="task-lock/act"');
  });
});

test('a page without a database asks again, with scripts and without', () => {
  const page = messagePage({ title: 'T', home: 'task-lock', heading: 'Down', sentences: [], retryAfter: 10 });
  expect(page).toContain('<noscript><meta http-equiv=refresh content="10"></noscript>');
  expect(page).toContain('data-retry="10"');
});

test('style and script stand in a page as they are hashed', () => {
  const page = listPage(listView([]));
  expect(page).toContain(`<style>${STYLE}</style>`);
  expect(page).toContain(`<script>${SCRIPT}</script>`);
  for (const text of [STYLE, SCRIPT]) expect(text).not.toMatch(/<\/|<!--|innerHTML|eval/);
  expect(page).not.toMatch(/ style=| on[a-z]+=/);
});
