import { jest } from '@jest/globals';

/** What both copies share, as packages that are installed once. */
const SHARED = ['@nestjs/common', '@nestjs/core', '@nestjs/schedule', '@nestjs/typeorm', 'rxjs', 'typeorm'];

/** Loads the package once more: where both its builds, or two installations, are in one process. */
export async function secondCopy() {
  for (const name of SHARED) {
    const loaded = (await import(name)) as object;
    jest.unstable_mockModule(name, () => loaded);
  }
  jest.resetModules();
  const index = await import('../../src/index.js');
  const testing = await import('../../src/testing/index.js');
  return { ...index, ...testing };
}
