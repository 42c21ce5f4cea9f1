import { afterAll, afterEach, beforeAll, describe, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { hasChromium, launchChromium, NO_CHROMIUM } from './chromium.js';

/**
 * A suite that needs a browser. Where none is installed it is skipped and one line says why; with REQUIRE_SERVERS that is
 * an error, so that a run that has to prove something cannot pass by skipping it.
 */
export function describeInBrowser(name: string, suite: (browser: WatchedBrowser) => void): void {
  if (!hasChromium()) {
    if (process.env['REQUIRE_SERVERS']) throw new Error(`"${name}" ${NO_CHROMIUM}`);
    process.stderr.write(`SKIPPED  "${name}": ${NO_CHROMIUM}\n`);
    return describe.skip(name, () => suite(new WatchedBrowser()));
  }
  describe(name, () => {
    const browser = new WatchedBrowser();
    beforeAll(() => browser.launch());
    afterEach(() => browser.closePages());
    afterAll(() => browser.close());
    suite(browser);
  });
}

/** A browser whose pages may complain of nothing: after each test its console must be empty. */
export class WatchedBrowser {
  private browser?: Browser;
  private readonly contexts: BrowserContext[] = [];
  private complaints: string[] = [];
  private expected: RegExp[] = [];

  async launch(): Promise<void> {
    this.browser = await launchChromium();
  }

  /** A page of a visitor of its own. */
  async open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser!.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(20_000);
    this.contexts.push(context);
    context.on('console', (message) => this.complain(`console ${message.type()}: ${message.text()}`));
    context.on('weberror', (error) => this.complain(`error: ${String(error.error())}`));
    context.on('dialog', (dialog) => {
      this.complain(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      // Whoever follows a link leaves behind what the page was asking for.
      if (why !== 'net::ERR_ABORTED') this.complain(`${request.method()} ${request.url()}: ${why}`);
    });
    return context.newPage();
  }

  /** Complaints that the test wants: each must come, and no other. */
  expects(...complaints: RegExp[]): void {
    this.expected.push(...complaints);
  }

  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
    const { complaints, expected } = this;
    [this.complaints, this.expected] = [[], []];
    expect(complaints.filter((text) => !expected.some((each) => each.test(text)))).toEqual([]);
    const missing = expected.filter((each) => !complaints.some((text) => each.test(text)));
    if (missing.length > 0)
      throw new Error(`the browser did not complain of ${missing.join(', ')}: ${complaints.join('; ')}`);
  }

  async close(): Promise<void> {
    await this.browser?.close();
  }

  private complain(text: string): void {
    this.complaints.push(text);
  }
}
