import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PostgresLockStore } from '../../src/store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { declaredTask } from '../support/operated.js';
import { describeInBrowser } from './support/browser.js';
import { servePage } from './support/serve.js';
import type { ServedPage } from './support/serve.js';

/** What executes if somebody forgets to escape. */
const MISCHIEF = 'globalThis.executed = true; alert(1)';

const NAMES = [
  `<script>${MISCHIEF}</script>`,
  `<img src=x onerror="${MISCHIEF}">`,
  `"><svg onload='${MISCHIEF}'>`,
  `' autofocus onfocus='${MISCHIEF}`,
  `</title></style><script>${MISCHIEF}</script>`,
  `javascript:${MISCHIEF}`,
  '{{constructor.constructor("alert(1)")()}} ${alert(1)}',
  'two\nlines\r\nand\ta tab',
  '\u202egnp.exe\u202c and \u200eback',
  'a/b%2Fc?d=e&f#g+h%00',
  '..',
  'Ω ☃ 😀 e\u0301',
];

const ERROR = `Error: <script>${MISCHIEF}</script>\n    at "quoted" & <b onclick="${MISCHIEF}">bold</b>\n\u001b[31mred`;

describeInBrowser('texts of others are shown, and nothing in them executes:', (browser) => {
  let database: TestDatabase;
  let served: ServedPage;

  beforeAll(async () => {
    database = await createDatabase();
    const dataSource = await database.connect();
    const store = new PostgresLockStore(() => dataSource);
    const tasks = NAMES.map((name) => declaredTask({ name, member: `Jobs.${name}` }));
    await store.operator.declare({ tasks, replica: `<b>${MISCHIEF}</b>`, version: '1.0.0' });
    await database.query(
      `INSERT INTO task_lock_run (name, fence, task, trigger, replica, started_at, finished_at, outcome, error)
       SELECT name, 1, name, 'call', $2, clock_timestamp() - interval '1 minute', clock_timestamp(), 'failed', $3
       FROM unnest($1::text[]) AS name`,
      [NAMES, `<i onclick="${MISCHIEF}">replica</i>`, ERROR],
    );
    served = await servePage(store, {
      authorize: () => ({ user: NAMES[0]!, canOperate: true }),
      title: NAMES[1]!,
    });
  });
  afterAll(async () => {
    await served.close();
    await database.drop();
  });

  /** Everything that could be clicked was there, and nothing of it came from a text. */
  async function expectHarmless(page: Page): Promise<void> {
    expect(await page.evaluate(() => 'executed' in globalThis)).toBe(false);
    const strange =
      'script:not(:last-child), img, iframe, object, main b[onclick], i[onclick], [onload], [onerror], [onfocus]';
    expect(await page.locator(strange).count()).toBe(0);
    // Only in the head and at the end stand the two that are the page's own.
    expect(await page.locator('script').count()).toBe(1);
    expect(await page.locator('style').count()).toBe(1);
  }

  test('the list', async () => {
    const page = await browser.open();
    await page.goto(served.url);
    await expectHarmless(page);
    const shown = await page.locator('tbody th a').allTextContents();
    expect(shown).toContain(NAMES[0]);
    expect(shown).toContain('two⟨U+000A⟩lines⟨U+000D⟩⟨U+000A⟩and⟨U+0009⟩a tab');
    expect(shown.join('')).not.toMatch(/[\u202a-\u202e]/);
    expect(shown).toHaveLength(NAMES.length);
  });

  // The list has shown all of them; these are the ones that a link, an attribute or a form could break.
  test.each([0, 2, 4, 7, 8, 9].map((nth) => NAMES[nth]!))(
    'the task %j, by its link, and a pause of it',
    async (name) => {
      const page = await browser.open();
      await page.goto(served.url);
      await page.locator(`tr[id=":${encodeURIComponent(name).replaceAll('"', '\\"')}"] a`).click();
      await page.getByRole('heading', { name: 'Runs' }).waitFor();
      await expectHarmless(page);
      await page.locator('#runs summary').click();
      expect(await page.locator('#runs pre').textContent()).toBe(ERROR.replace('\u001b', '⟨U+001B⟩'));
      await page.getByRole('link', { name: 'Pause' }).click();
      await page.getByLabel('Why?').fill(ERROR);
      await expectHarmless(page);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('link', { name: 'See the task' }).click();
      await page.getByText('paused').first().waitFor();
      await expectHarmless(page);
      expect(await database.query('SELECT name FROM task_lock_control WHERE name = $1', [name])).toEqual([
        { name },
      ]);
    },
  );
});
