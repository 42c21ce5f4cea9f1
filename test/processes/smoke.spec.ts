import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';
import { expectEveryTickOnce, watch } from '../support/ticks.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

let database: TestDatabase;
let fleet: Fleet;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  fleet = new Fleet(database.url);
});
afterEach(() => fleet.end());

test('three processes run each tick once, one with its clock 20 s ahead, and SIGTERM lets a run end', async () => {
  const environment = { LONG_BODY_MS: '500' };
  await Promise.all([0, 0, 20_000].map((clockAhead) => fleet.start({ environment, clockAhead })));
  const long = (replica: Replica, event: 'start' | 'end') =>
    replica.journal().filter((line) => line.task === 'long' && line.event === event);
  const inItsMiddle = () =>
    fleet.replicas.find((each) => long(each, 'start').length > long(each, 'end').length);
  const runs = await watch(fleet, 4, async () => {
    let replica: Replica | undefined;
    await until(() => (replica = inItsMiddle()) !== undefined);
    replica!.process.kill('SIGTERM');
    await replica!.gone;
    expect(long(replica!, 'end')).toHaveLength(long(replica!, 'start').length);
  });
  expectEveryTickOnce(runs);
});
