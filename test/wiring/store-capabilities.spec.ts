import { expect, test } from '@jest/globals';
import { TaskLockService } from '../../src/index.js';
import type { ClaimRequest } from '../../src/store.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';

closeApplicationsAfterEach();

/** A store of the application that counts the names of each claim. */
class CountingStore extends InMemoryLockStore {
  readonly namesPerClaim: number[] = [];

  constructor(readonly batches?: boolean) {
    super();
  }

  override async claim(requests: readonly ClaimRequest[]) {
    this.namesPerClaim.push(requests.length);
    return super.claim(requests);
  }
}

test.each([
  ['that batches is sent the claims of one turn in one call', true, [2]],
  ['that does not say so is sent each claim by itself', undefined, [1, 1]],
])('a store %s', async (_, batches, expected) => {
  const store = new CountingStore(batches);
  const service = (await startApplication({ options: { store } })).get(TaskLockService);
  await Promise.all([service.run({ name: 'one' }, () => {}), service.run({ name: 'other' }, () => {})]);
  expect(store.namesPerClaim).toEqual(expected);
});
