import { accessSync, constants } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Where Debian's package has it. */
const PATH = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

export function hasChromium(): boolean {
  try {
    accessSync(PATH, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const NO_CHROMIUM = `needs Debian's chromium, or CHROMIUM_PATH; there is none at ${PATH}`;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    // A container is small, and root has no sandbox.
    args: ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}
