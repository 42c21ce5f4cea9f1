import { describe, test } from '@jest/globals';
import { conformanceScenarios } from '../../src/testing/index.js';
import { InMemoryLockStore } from '../../src/store/memory/memory-lock-store.js';

describe('the in-memory store', () => {
  test.each(conformanceScenarios)('$rule: $name', async ({ run }) => {
    let now = Date.parse('2026-03-01T12:00:30.250Z');
    const store = new InMemoryLockStore(() => now);
    await run({
      store,
      now: async () => now,
      advance: async (milliseconds) => void (now += milliseconds),
      row: async (name) => store.row(name),
    });
  });
});
