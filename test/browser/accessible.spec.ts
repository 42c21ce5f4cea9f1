import { afterAll, afterEach, beforeAll, jest, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import { expectAccessible } from './support/axe.js';
import { describeInBrowser } from './support/browser.js';
import { servePage } from './support/serve.js';
import type { ServedPage } from './support/serve.js';
import { Shop } from './support/shop.js';

describeInBrowser('axe finds nothing, light and dark, on a desk and on a phone,', (browser) => {
  let shop: Shop;
  let served: ServedPage;

  beforeAll(async () => {
    shop = await Shop.open();
    served = await servePage(shop.store);
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => served.close());

  test.each([
    ['the list', ''],
    ['a list that is filtered to nothing', '?state=died'],
    ['a task that runs', '/task?name=charge-subscriptions'],
    ['a task that fails', '/task?name=import-prices'],
    ['a task that is overdue', '/task?name=nightly-report'],
    ['a task that is paused', '/task?name=reindex-search'],
    ['a pause', '/confirm?action=pause&name=import-prices'],
    ['a pause of all', '/confirm?action=pause&name=*'],
    ['a resume', '/confirm?action=resume&name=reindex-search'],
    ['a trigger', '/confirm?action=trigger&name=import-prices'],
    ['a cancel', '/confirm?action=cancel&name=charge-subscriptions&fence=FENCE'],
    ['a release', '/confirm?action=release&name=charge-subscriptions&fence=FENCE'],
    ['a release by force', '/confirm?action=release&name=charge-subscriptions&fence=FENCE&force=1'],
    ['a forget', '/confirm?action=forget&name=import-prices'],
  ])('on %s', async (_, path) => {
    const page = await browser.open();
    await page.goto(served.url + path.replace('FENCE', shop.fenceOf('charge-subscriptions')));
    await expectAccessible(page);
  });

  test('on the answer to an action', async () => {
    const page = await browser.open();
    await page.goto(`${served.url}/confirm?action=pause&name=send-order-mails`);
    await page.getByLabel('Why?').fill('the mail server moves');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('heading', { name: 'paused' }).waitFor();
    await expectAccessible(page);
  });

  test('on a refusal', async () => {
    browser.expects(/status of 409/);
    const page = await browser.open();
    await page.goto(`${served.url}/confirm?action=cancel&name=charge-subscriptions&fence=1`);
    await page.getByLabel('Why?').fill('it hangs');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('refused').waitFor();
    await expectAccessible(page);
  });

  test.each(['/task?name=import-price', '/no-such-page'])('on %s, which is not there', async (path) => {
    browser.expects(/status of 404/);
    const page = await browser.open();
    await page.goto(served.url + path);
    await expectAccessible(page);
  });

  test('on the page that says that the database is down', async () => {
    browser.expects(/status of 503/);
    const down = new LockStoreUnavailableError('connection refused', false);
    jest.spyOn(shop.store.operator, 'tasks').mockRejectedValue(down);
    const page = await browser.open();
    await page.goto(served.url);
    await expectAccessible(page);
  });
});
