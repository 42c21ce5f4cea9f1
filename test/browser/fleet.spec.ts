import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { freePort } from '../../examples/support/free-port.mjs';
import type { OperatedEvent } from '../processes/app/operated.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import { until } from '../support/until.js';
import { describeInBrowser } from './support/browser.js';

const APP = join(process.cwd(), 'build/replicas/test/processes/app/operated.js');

describeInBrowser('the page on a fleet of three processes', (browser) => {
  let database: TestDatabase;
  let fleet: Fleet;
  let url: string;
  /** Of the runs of the task that works until it is told to end. */
  const begun: string[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    fleet = new Fleet(database.url, APP);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/task-lock`;
    const withPage: Record<string, string> = { PAGE_PORT: String(port) };
    for (const environment of [withPage, {}, {}]) {
      const { process: child } = await fleet.start({ environment: { TICKS: '1', ...environment } });
      child.on('message', (event: OperatedEvent) => {
        if (typeof event !== 'string' && event.event === 'start' && event.task === 'work')
          begun.push(event.fence);
      });
    }
    await until(
      async () => (await database.query(`SELECT FROM task_lock_task WHERE name = 'work'`)).length > 0,
    );
  }, 60_000);
  afterEach(async () => {
    for (const { process: child } of fleet.replicas) child.send('go on');
    // A lock that was taken away from its run is held until its lease ends.
    const held = `SELECT FROM task_lock WHERE name = 'work' AND finished_at IS NULL AND locked_until > clock_timestamp()`;
    await until(async () => (await database.query(held)).length === 0);
  });
  afterAll(async () => {
    await fleet.end();
    await database.drop();
  });

  /** What the database says of the last action of a kind. */
  async function actionOf(kind: string): Promise<unknown> {
    const [row] = await database.query(
      'SELECT name, by, reason, answer, fence FROM task_lock_action WHERE action = $1 ORDER BY id DESC LIMIT 1',
      [kind],
    );
    return row;
  }

  async function isPaused(name: string): Promise<boolean> {
    const rows = await database.query(
      'SELECT FROM task_lock_control WHERE name = $1 AND paused_until > clock_timestamp()',
      [name],
    );
    return rows.length > 0;
  }

  async function outcomeOf(fence: string): Promise<unknown> {
    const [run] = await database.query('SELECT outcome FROM task_lock_run WHERE fence = $1', [fence]);
    return run?.['outcome'];
  }

  /** Triggers the task that works until it is told to end, and opens its page. */
  async function begin(page: Page): Promise<string> {
    const before = begun.length;
    await page.goto(`${url}/confirm?action=trigger&name=work`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await until(() => begun.length > before);
    const fence = begun.at(-1)!;
    await until(
      async () => (await database.query('SELECT FROM task_lock_action WHERE fence = $1', [fence])).length > 0,
    );
    await page.goto(`${url}/task?name=work`);
    return fence;
  }

  /** Where people with and without scripts do the same. */
  const VISITORS = [
    ['with scripts', { javaScriptEnabled: true }],
    ['with scripts off', { javaScriptEnabled: false }],
  ] as const;

  test('its list changes as ticks run', async () => {
    const page = await browser.open();
    await page.goto(url);
    const lastRun = page.getByRole('row', { name: 'short' }).locator('td').nth(3).locator('time');
    const shown = async (): Promise<string | null> =>
      (await lastRun.count()) > 0 ? lastRun.getAttribute('datetime') : null;
    const first = await shown();
    await until(async () => (await shown()) !== first);
    const second = await shown();
    await until(async () => (await shown()) !== second);
    expect(Date.parse((await shown())!)).toBeGreaterThan(Date.parse(second!));
  });

  test.each(VISITORS)('pauses and resumes a task, %s', async (_, visitor) => {
    const page = await browser.open(visitor);
    await page.goto(url);
    await page.getByRole('link', { name: 'short' }).click();
    await page.getByRole('link', { name: 'Pause' }).click();
    await page.getByText('No run of it starts until the pause ends').waitFor();
    expect(await isPaused('short')).toBe(false);
    await page.getByLabel('8 hours').check();
    await page.getByLabel('Why?').fill('the disk is "full" <b>');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('link', { name: 'See the task' }).click();
    await page.getByText('the disk is "full" <b>').first().waitFor();
    expect(await isPaused('short')).toBe(true);
    expect(await actionOf('pause')).toMatchObject({
      name: 'short',
      by: 'ana',
      reason: 'the disk is "full" <b>',
    });
    await page.getByRole('link', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('link', { name: 'See the task' }).waitFor();
    expect(await isPaused('short')).toBe(false);
    expect(await actionOf('resume')).toMatchObject({ name: 'short', by: 'ana', answer: 'resumed' });
  });

  test.each(VISITORS)('triggers a run, and cancels it, %s', async (_, visitor) => {
    const page = await browser.open(visitor);
    const fence = await begin(page);
    expect(await actionOf('trigger')).toMatchObject({ name: 'work', by: 'ana', fence });
    await page.getByRole('link', { name: 'Cancel this run' }).click();
    await page.getByText('It keeps the lock until its method ends').waitFor();
    await page.getByLabel('Why?').fill('it hangs');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'See the task' }).waitFor();
    expect(await actionOf('cancel')).toMatchObject({ name: 'work', by: 'ana', reason: 'it hangs', fence });
    await until(async () => (await outcomeOf(fence)) === 'cancelled');
  });

  test.each(VISITORS)('releases a run by force, %s', async (_, visitor) => {
    const page = await browser.open(visitor);
    const fence = await begin(page);
    await page.getByRole('link', { name: 'Release by force' }).click();
    await page.locator('.warn').waitFor();
    await page.getByRole('button', { name: 'Release' }).click();
    await page.getByRole('link', { name: 'See the task' }).waitFor();
    expect(await actionOf('release')).toMatchObject({
      name: 'work',
      by: 'ana',
      answer: 'released by force',
      fence,
    });
    await until(async () => (await outcomeOf(fence)) === 'lost');
  });

  test('refuses to cancel another run than the one that was seen', async () => {
    browser.expects(/status of 409/);
    const page = await browser.open();
    const fence = await begin(page);
    await page.goto(`${url}/confirm?action=cancel&name=work&fence=${BigInt(fence) - 1n}`);
    await page.getByLabel('Why?').fill('it hangs');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'See the task' }).click();
    await page.getByText('is running').first().waitFor();
    expect(await outcomeOf(fence)).toBeUndefined();
  });

  test('is used by the keyboard alone: from the list to a pause and back', async () => {
    const page = await browser.open();
    await page.goto(url);
    await tabTo(page, 'Skip to the content');
    await page.keyboard.press('Enter');
    await tabTo(page, 'nightly');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'nightly' }).waitFor();
    await tabTo(page, 'Pause');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Pause' }).waitFor();
    await tabTo(page, '1 hour');
    // Radio buttons are chosen by the arrows.
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'Why?');
    await page.keyboard.type('no mouse here');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'See the task' }).waitFor();
    expect(await isPaused('nightly')).toBe(true);
    expect(await actionOf('pause')).toMatchObject({ name: 'nightly', by: 'ana', reason: 'no mouse here' });
    const [pause] = await database.query(
      `SELECT paused_until - paused_at > interval '7 hours' AS long FROM task_lock_control WHERE name = 'nightly'`,
    );
    expect(pause).toEqual({ long: true });
    await tabTo(page, 'See the task');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Resume' }).waitFor();
  });
});

/** Presses Tab until the focus is on what has this text or label, and checks that it can be seen there. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const [focused, isSeen] = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const label = element.labels?.[0]?.textContent ?? element.textContent;
      return [label?.trim() ?? '', outlineStyle !== 'none' && outlineWidth !== '0px'];
    });
    if (focused !== text && !focused.startsWith(`${text} `)) continue;
    expect({ focused, isSeen }).toEqual({ focused, isSeen: true });
    return;
  }
  throw new Error(`Tab never comes to ${text}`);
}
