import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { DashboardRequest } from '../../src/dashboard.js';
import { describeInBrowser } from './support/browser.js';
import { servePage } from './support/serve.js';
import type { ServedPage } from './support/serve.js';
import { Shop } from './support/shop.js';

const TASK = 'sync-stock';

/** Of a session as many applications keep it: without an attribute, a browser also sends it along with a fresh attack. */
const COOKIE = 'session=ana';

describeInBrowser('a page of somebody else, in the browser of somebody who is logged in,', (browser) => {
  let shop: Shop;
  let served: ServedPage;
  let attacker: Server;
  /** The body of the page of somebody else. */
  let attack: string;
  /** Requests with the cookie, as they reached the guard: an attack that brings none proves nothing. */
  let loggedIn: string[];

  beforeAll(async () => {
    shop = await Shop.open();
    served = await servePage(shop.store, {
      authorize: ({ method, headers }: DashboardRequest) => {
        if (headers.cookie !== COOKIE) return false;
        loggedIn.push(`${method} ${headers['sec-fetch-site']?.toString()}`);
        return { user: 'ana', canOperate: true };
      },
    });
    attacker = createServer((_, response) => {
      response
        .setHeader('content-type', 'text/html')
        .end(`<!doctype html><link rel="icon" href="data:,">${attack}`);
    });
    await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    loggedIn = [];
  });
  afterAll(async () => {
    await served.close();
    attacker.closeAllConnections();
    attacker.close();
  });

  /** Another port of the same host, and another host: to a browser the first is the same site, and the second is not. */
  const PLACES = [
    ['on another port', '127.0.0.1', 'same-site'],
    ['on another host', 'localhost', 'cross-site'],
  ] as const;

  const HOSTS = PLACES.map(([place, host]) => [place, host] as const);

  /** Logs in, and opens the page of somebody else. */
  async function visit(host: string, body: string): Promise<Page> {
    attack = body;
    const page = await browser.open();
    const { origin } = new URL(served.url);
    await page.context().route(`${origin}/login`, (route) =>
      route.fulfill({
        headers: { 'set-cookie': `${COOKIE}; Path=/` },
        body: 'welcome',
        contentType: 'text/html',
      }),
    );
    await page.goto(`${origin}/login`);
    loggedIn = [];
    await page.goto(`http://${host}:${(attacker.address() as AddressInfo).port}/`);
    return page;
  }

  /** Nothing was done, and nothing was written down. */
  async function expectUntouched(): Promise<void> {
    expect(await shop.store.operator.actions(TASK, 10)).toEqual([]);
    expect((await shop.store.operator.tasks([TASK]))[0]?.pause).toBeUndefined();
  }

  const form = (): string => `
    <form method="post" action="${served.url}/act">
    <input name="action" value="pause"><input name="name" value="${TASK}"><input name="reason" value="mischief">
    <button>Win a prize</button></form>`;

  test.each(PLACES)('%s posts a form: 403', async (_, host, site) => {
    browser.expects(/status of 403/);
    const page = await visit(host, form());
    const answered = page.waitForResponse(`${served.url}/act`);
    await page.getByRole('button').click();
    expect((await answered).status()).toBe(403);
    expect(loggedIn).toEqual([`POST ${site}`]);
    await expectUntouched();
  });

  test('the page itself posts the same form, and it acts', async () => {
    const page = await visit('127.0.0.1', 'nothing');
    await page.goto(`${served.url}/confirm?action=pause&name=reindex-search`);
    await page.getByLabel('Why?').fill('on purpose');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('link', { name: 'See the task' }).waitFor();
    expect(loggedIn.at(-1)).toBe('POST same-origin');
    expect(await shop.store.operator.actions('reindex-search', 1)).toMatchObject([{ reason: 'on purpose' }]);
  });

  const FETCHES = HOSTS.flatMap(([place, host]) =>
    (['include', 'omit'] as const).flatMap((credentials) =>
      (['application/x-www-form-urlencoded', 'text/plain', 'application/json'] as const).map(
        (type) => [place, type, credentials, host] as const,
      ),
    ),
  );

  test.each(FETCHES)(
    '%s fetches with %s, credentials %s: nothing acts',
    async (_, type, credentials, host) => {
      // The answer is for nobody to read, and JSON is not even sent.
      browser.expects(/CORS|ERR_FAILED|status of 403|status of 404/);
      const page = await visit(host, '');
      const [url, body] =
        type === 'application/json'
          ? [`${served.url}/api/tasks/${TASK}/pause`, JSON.stringify({ reason: 'mischief' })]
          : [
              `${served.url}/act`,
              new URLSearchParams({ action: 'pause', name: TASK, reason: 'mischief' }).toString(),
            ];
      const outcome = await page.evaluate(
        async ([target, sent, mediaType, mode]) =>
          fetch(target, {
            method: 'POST',
            body: sent,
            headers: { 'content-type': mediaType },
            credentials: mode as RequestCredentials,
          }).then(
            ({ status }) => `read ${status}`,
            () => 'refused',
          ),
        [url, body, type, credentials] as const,
      );
      expect(outcome).toBe('refused');
      await expectUntouched();
    },
  );

  test.each(HOSTS)('%s shows it in a frame: it stays empty', async (_, host) => {
    browser.expects(/frame|ERR_BLOCKED_BY_RESPONSE|status of 403/i);
    const page = await visit(host, '');
    await page.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
      return new Promise((resolve) => frame.addEventListener('load', resolve));
    }, served.url);
    const [, frame] = page.frames();
    expect(await frame?.locator('body').textContent()).not.toContain('Tasks');
  });

  test.each(HOSTS)('%s links to what would act: nothing does', async (_, host) => {
    browser.expects(/status of 404/);
    const query = `action=pause&name=${TASK}&reason=mischief&for=1h`;
    const page = await visit(host, `<a href="${served.url}/act?${query}">Win</a>`);
    const answered = page.waitForResponse((response) => response.url().includes('/act'));
    await page.getByRole('link').click();
    expect((await answered).status()).toBe(404);
    expect(loggedIn).toContainEqual(expect.stringMatching(/^GET/));
    await page.goto(`${served.url}/confirm?action=pause&name=${TASK}`);
    await expectUntouched();
  });

  test('reads nothing of it by a script, nor as one', async () => {
    browser.expects(/CORS|ERR_FAILED|MIME|ERR_BLOCKED/);
    const page = await visit('localhost', '');
    const outcome = await page.evaluate(
      (url) =>
        fetch(url, { credentials: 'include' }).then(
          () => 'read',
          () => 'refused',
        ),
      `${served.url}/api/tasks`,
    );
    expect(outcome).toBe('refused');
  });
});
