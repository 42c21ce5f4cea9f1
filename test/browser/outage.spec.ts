import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PostgresLockStore } from '../../src/store.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { FaultyProxy } from '../support/faulty-proxy.js';
import { declaredTask } from '../support/operated.js';
import { describeInBrowser } from './support/browser.js';
import { servePage } from './support/serve.js';
import type { ServedPage } from './support/serve.js';

describeInBrowser('while the database is down', (browser) => {
  let database: TestDatabase;
  let proxy: FaultyProxy;
  let served: ServedPage;

  beforeAll(async () => {
    database = await createDatabase();
    proxy = await FaultyProxy.before(database.url);
    const dataSource = await database.connect({ url: proxy.url });
    const store = new PostgresLockStore(() => dataSource);
    await store.operator.declare({ tasks: [declaredTask()], replica: 'app-1', version: '1.0.0' });
    served = await servePage(store);
  });
  afterAll(async () => {
    await served.close();
    await proxy.close();
    await database.drop();
  });

  test('an open page says since when it is old, and goes on by itself when it is back', async () => {
    browser.expects(/status of 503/);
    const page = await browser.open();
    await page.clock.install();
    await page.goto(served.url);
    const status = page.getByRole('status');
    await status.getByText('Live').waitFor();
    proxy.goDown();
    await page.clock.runFor(5_000);
    await status.getByText('Not updated since').waitFor();
    expect(await page.getByRole('link', { name: 'clean-up' }).count()).toBe(1);
    proxy.comeUp();
    await page.clock.runFor(5_000);
    await status.getByText('Live').waitFor();
  });

  test.each([true, false])(
    'the page says so, and comes by itself when it is back; scripts: %s',
    async (javaScriptEnabled) => {
      browser.expects(/status of 503/);
      const page = await browser.open({ javaScriptEnabled });
      proxy.goDown();
      const response = await page.goto(served.url);
      expect(response?.status()).toBe(503);
      await page.getByRole('heading', { name: 'The database does not answer' }).waitFor();
      proxy.comeUp();
      await page.getByRole('link', { name: 'clean-up' }).waitFor();
    },
  );

  test('an action says that nothing was done', async () => {
    browser.expects(/status of 503/);
    const page = await browser.open();
    await page.goto(`${served.url}/confirm?action=pause&name=clean-up`);
    await page.getByLabel('Why?').fill('the disk is full');
    proxy.goDown();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('heading', { name: 'The database does not answer' }).waitFor();
    proxy.comeUp();
    expect(await database.query('SELECT FROM task_lock_control')).toEqual([]);
  });
});
