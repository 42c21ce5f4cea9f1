import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(
  createRequire(join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface AxeWindow {
  axe: { run(context: object, options: RunOptions): Promise<AxeResults> };
}

const SCHEMES = ['light', 'dark'] as const;
/** A desk, and a phone. */
const SIZES = [
  { width: 1280, height: 900 },
  { width: 360, height: 740 },
] as const;

/** Whoever cannot see the page, or has a phone, gets by: axe finds nothing, and nothing scrolls sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.evaluate(AXE);
  for (const size of SIZES)
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      expect({ ...size, colorScheme, found: await violations(page) }).toMatchObject({ found: [] });
      const [needed, has] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      expect({ ...size, scrollWidth: needed }).toEqual({ ...size, scrollWidth: has });
    }
}

async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as AxeWindow;
    const { violations } = await axe.run(document, { resultTypes: ['violations'], preload: false });
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    }));
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 5).join('\n')}`);
}
