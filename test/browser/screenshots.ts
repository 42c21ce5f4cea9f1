import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { SCRIPT } from '../../src/dashboard/script.js';
import { STYLE } from '../../src/dashboard/style.js';
import { launchChromium } from './support/chromium.js';
import { toPalette } from './support/palette-png.js';
import { servePage } from './support/serve.js';
import { Shop, SHOP_TIME } from './support/shop.js';

// Makes the pictures of the page that README.md and docs/operations/dashboard.md show, and says what the pages weigh.

const FOLDER = 'docs/images';

interface Picture {
  name: string;
  path: string;
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

const TASK = '/task?name=import-prices';
/** All twelve tasks. */
const LIST = 1076;
const PHONE = { width: 390, height: 844 };

const PICTURES: readonly Picture[] = [
  { name: 'list', path: '', height: LIST },
  { name: 'list-dark', path: '', height: LIST, colorScheme: 'dark' },
  { name: 'list-phone', path: '', ...PHONE },
  { name: 'task', path: TASK },
  { name: 'task-dark', path: TASK, colorScheme: 'dark' },
];

async function take(browser: Browser, url: string, picture: Picture): Promise<void> {
  const { name, path, colorScheme = 'light', width = 1280, height = 860 } = picture;
  const viewport = { width, height };
  const context = await browser.newContext({ viewport, deviceScaleFactor: 2, colorScheme });
  const page = await context.newPage();
  await page.clock.install({ time: SHOP_TIME });
  await page.clock.pauseAt(SHOP_TIME + 1_000);
  await page.goto(url + path);
  await page.getByText('Live').waitFor();
  const file = `${FOLDER}/${name}.png`;
  const png = await page.screenshot();
  await page.goto('about:blank');
  writeFileSync(file, await toPalette(png, page));
  console.log(`${file}: ${statSync(file).size} bytes`);
  await context.close();
}

async function weigh(url: string, path: string): Promise<void> {
  const bytes = Buffer.byteLength(await (await fetch(url + path)).text());
  console.log(`${path || 'the list'}: ${bytes} bytes, style and script included`);
}

mkdirSync(FOLDER, { recursive: true });
const { store } = await Shop.open();
const served = await servePage(store);
const browser = await launchChromium();
try {
  for (const picture of PICTURES) await take(browser, served.url, picture);
  for (const path of ['', TASK]) await weigh(served.url, path);
  console.log(`style: ${Buffer.byteLength(STYLE)} bytes, script: ${Buffer.byteLength(SCRIPT)} bytes`);
} finally {
  await browser.close();
  await served.close();
}
