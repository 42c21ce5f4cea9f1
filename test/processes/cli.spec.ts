import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Page, PauseAnswer, RunState, TaskState } from '../../src/operate/operator-types.js';
import { runBuiltCli } from '../support/built-cli.js';
import { createDatabase } from '../support/database.js';
import type { TestDatabase } from '../support/database.js';
import { Fleet } from '../support/fleet.js';
import { until } from '../support/until.js';

jest.setTimeout(120_000);

const MAIN = join(process.cwd(), 'build/replicas/src/cli/main.js');

let database: TestDatabase;
let fleet: Fleet;

beforeAll(async () => {
  database = await createDatabase();
  fleet = new Fleet(database.url);
  await Promise.all([1, 2, 3].map(() => fleet.start({ environment: { LONG_BODY_MS: '200' } })));
});
afterAll(async () => {
  await fleet.end();
  await database.drop();
});

async function cli<Answer>(...argv: string[]): Promise<Answer> {
  const { code, out, err } = await runBuiltCli(['-o', 'json', ...argv], { DATABASE_URL: database.url }, MAIN);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Answer;
}

const runsOf = (task: string) => cli<RunState[]>('history', task);
const namesOf = async () => (await cli<Page<TaskState>>('list')).items.map(({ name }) => name);

test('three replicas are seen, and a task of theirs is paused and resumed', async () => {
  await until(async () => (await namesOf()).includes('long'));
  await until(async () => (await runsOf('long')).length > 1);
  const replicas = new Set(fleet.replicas.map(({ name }) => name));
  for (const { replica, outcome } of await runsOf('long')) {
    expect(replicas).toContain(replica);
    expect(outcome).toBe('succeeded');
  }

  const { paused } = await cli<PauseAnswer>('pause', 'long', '--reason', 'a look at it', '--by', 'ana');
  expect(await cli<TaskState>('describe', 'long')).toMatchObject({
    paused: { by: 'ana', reason: 'a look at it' },
  });
  // A claim that was under way at the pause may still have won; later ones are refused.
  await until(async () => (await cli<TaskState>('describe', 'long')).state === 'paused');
  const [last] = await runsOf('long');
  const others = (): number =>
    fleet.journal().filter(({ task, event }) => task !== 'long' && event === 'end').length;
  // The other tasks go on for some ticks.
  const before = others();
  await until(() => others() > before + 5);
  expect((await runsOf('long'))[0]).toEqual(last);

  await cli('resume', 'long', '--by', 'ana');
  await until(async () => (await runsOf('long'))[0]!.fence !== last!.fence);
  const [resumed] = await runsOf('long');
  expect(Date.parse(resumed!.startedAt)).toBeGreaterThan(Date.parse(paused.since));
});
