import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './support/browser.js';
import { servePage } from './support/serve.js';
import type { ServedPage } from './support/serve.js';
import { Shop, SHOP_TIME } from './support/shop.js';
import { HOUR, SECOND } from './support/shop-tasks.js';

/** The script fetches the page again each so often. */
const REFRESH = 5 * SECOND;

describeInBrowser('an open page', (browser) => {
  let shop: Shop;
  let served: ServedPage;

  beforeEach(async () => {
    shop = await Shop.open();
    served = await servePage(shop.store);
  });
  afterEach(() => served.close());

  async function open(path = ''): Promise<Page> {
    const page = await browser.open();
    await page.clock.install({ time: SHOP_TIME });
    await page.clock.pauseAt(SHOP_TIME + SECOND);
    await page.goto(served.url + path);
    await page.getByText('Live').waitFor();
    return page;
  }

  test('shows what has changed, and nothing in it moves', async () => {
    const page = await open();
    const row = page.getByRole('row', { name: 'charge-subscriptions' });
    const others = page.locator('h1, th, tr:not(#charge-subscriptions) td, .filters li, .btn');
    const before = await boxes(others);
    expect(await row.textContent()).toContain('running');
    shop.pass(41 * SECOND);
    await shop.end('charge-subscriptions');
    await page.clock.runFor(REFRESH);
    await row.getByText('idle').waitFor();
    expect(await boxes(others)).toEqual(before);
    expect(await page.locator('.lead').textContent()).toContain('0 running');
  });

  test('of a task shows its new run, and nothing above it moves', async () => {
    const page = await open('/task?name=charge-subscriptions');
    const parts = page.locator('h1, h2, .columns section, thead th');
    const before = await boxes(parts);
    shop.pass(41 * SECOND);
    await shop.end('charge-subscriptions');
    await page.clock.runFor(REFRESH);
    await page.locator(`#run${shop.lastFence}`).waitFor();
    expect(await page.getByRole('link', { name: 'Cancel this run' }).count()).toBe(0);
    expect(await boxes(parts)).toEqual(before);
  });

  test('counts on between refreshes, by the clock of the database', async () => {
    const page = await open();
    const since = page.getByRole('row', { name: 'charge-subscriptions' }).locator('[data-as=for]');
    expect(await since.textContent()).toBe('2m 40s');
    await page.clock.runFor(3 * SECOND);
    expect(await since.textContent()).toBe('2m 43s');
  });

  test('keeps what somebody has focused, unfolded, selected and scrolled to', async () => {
    const page = await open('/task?name=import-prices');
    const details = page.locator('#runs details').first();
    await details.locator('summary').click();
    await page.getByRole('link', { name: 'Pause' }).focus();
    await page.evaluate(() => getSelection()!.selectAllChildren(document.querySelector('#runs pre')!));
    await page.locator('#runs .scroll').evaluate((element) => (element.scrollTop = 40));
    const top = (): Promise<number> =>
      page.locator('#runs details[open]').evaluate((element) => element.getBoundingClientRect().y);
    const at = await top();
    const kept = () =>
      page.evaluate(() => ({
        focused: document.activeElement?.textContent,
        selected: getSelection()!.toString().slice(0, 30),
        unfolded: document.querySelectorAll('details[open]').length,
      }));
    const before = await kept();
    expect(before).toMatchObject({
      focused: 'Pause',
      selected: 'Error: 503 Service Unavailable',
      unfolded: 1,
    });
    await shop.fail('import-prices');
    await page.clock.runFor(REFRESH);
    await page.locator(`#run${shop.lastFence}`).waitFor();
    expect(await kept()).toEqual(before);
    // A browser scrolls by whole pixels.
    expect(Math.abs((await top()) - at)).toBeLessThan(1);
  });

  test('asks nothing while nobody sees it, and at once when somebody does', async () => {
    const page = await open();
    let requests = 0;
    page.on('request', () => requests++);
    await page.clock.runFor(REFRESH);
    expect(requests).toBe(1);
    await show(page, false);
    await page.clock.runFor(HOUR / 12);
    expect(requests).toBe(1);
    await show(page, true);
    expect(requests).toBe(2);
  });

  test('of which nobody is logged in any more says since when it is old', async () => {
    browser.expects(/status of 403/);
    await served.close();
    let visitor: { user: string; canOperate: boolean } | false = { user: 'ana', canOperate: false };
    served = await servePage(shop.store, { authorize: () => visitor });
    const page = await open();
    visitor = false;
    await page.clock.runFor(REFRESH);
    await page.getByRole('status').getByText('Not updated since').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(12);
    visitor = { user: 'ana', canOperate: false };
    await page.clock.runFor(REFRESH);
    await page.getByRole('status').getByText('Live').waitFor();
  });
});

/** Where each element begins, and how high it is, to a tenth of a pixel: a line each. */
function boxes(elements: ReturnType<Page['locator']>): Promise<string[]> {
  return elements.evaluateAll((all) =>
    all.map((each) => {
      const { x, y, height } = each.getBoundingClientRect();
      return `${each.localName}: ${[x, y, height].map((value) => value.toFixed(1)).join(' ')}`;
    }),
  );
}

/** Tells the page whether its tab is in front, as the browser does. */
async function show(page: Page, isShown: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, !isShown);
}
