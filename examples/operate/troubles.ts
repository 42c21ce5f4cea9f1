import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { TaskLockOperator } from '../../src/operate/task-lock-operator.js';
import type { TaskState } from '../../src/operate/operator-types.js';
import { PostgresLockStore } from '../../src/store.js';
import { writePast } from './past.js';
import type { Shop } from './shop.js';

/** Milliseconds between two looks, and until the demo gives up: a slow machine needs some time. */
const LOOK = 250;
const TIMEOUT = 180_000;

/** Brings the tasks of the shop into trouble, one after the other. It is done when each can be seen. */
export async function makeTrouble(
  shop: Shop,
  database: DataSource,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const operator = new TaskLockOperator(new PostgresLockStore(() => database).operator);
  const seen = async (name: string, what: string, fits: (task: TaskState) => boolean): Promise<void> => {
    say(`  waiting until ${name} ${what}`);
    for (const end = performance.now() + TIMEOUT; ; await delay(LOOK, undefined, { signal })) {
      const task = await operator.task(name).catch(() => undefined);
      if (task && fits(task)) return;
      if (performance.now() > end)
        throw new Error(`${name} never ${what}: it is ${task?.state ?? 'unknown'}`);
    }
  };

  const old = await shop.start('replica-0', { deployment: 'old' });
  shop.order(old, 'send-invoice');
  await seen(
    'send-invoice',
    'has run',
    ({ lastRun, schedule }) => lastRun?.outcome === 'succeeded' && schedule !== null,
  );
  await shop.kill(old);

  await shop.start('replica-1', { hangs: true });
  const victim = await shop.start('replica-2');
  shop.order(victim, 'export-orders');
  await seen('export-orders', 'runs on replica-2', ({ running }) => running !== null);
  await shop.kill(victim);
  await shop.start('replica-3');

  await seen('import-prices', 'hangs on replica-1', ({ running }) => {
    const age = running && Date.now() - Date.parse(running.since);
    return age !== null && running?.replica === 'replica-1' && age > 10_000;
  });
  await seen('reindex-search', 'has run', ({ lastRun }) => lastRun !== null);
  await operator.pause('reindex-search', {
    by: 'ana',
    reason: 'the search cluster moves',
    until: new Date(Date.now() + 2 * 3_600_000),
  });
  await writePast(database);
  await seen('charge-cards', 'has failed again and again', ({ failuresInARow }) => failuresInARow > 2);
  await seen('export-orders', 'is known to be dead', ({ state }) => state === 'died');
  await seen('send-invoice', 'is known to be renamed', ({ state }) => state === 'undeclared');
  await seen('nightly-report', 'is overdue', ({ state }) => state === 'overdue');
}
