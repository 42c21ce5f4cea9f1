import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, minuteOf, scenario } from './player.js';

const ODD_NAMES = [
  "it's",
  '"quoted"',
  'back\\slash',
  '{a,b}',
  'NULL',
  'null',
  '   padded   ',
  'percent %s $1 :name ?',
  "'; DROP TABLE task_lock; --",
  'Ünïcödé ⏰ 日本語 🔒',
  'line\nbreak\ttab',
  'x'.repeat(1_000),
];

export const batchesScenarios: readonly ConformanceScenario[] = [
  scenario(
    '11 batches',
    'a batch answers in the order of its requests, each by its own row',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      await a.win(at(tick), { name: 'taken' });
      const names = ['free-2', 'taken', 'free-1'];
      const answers = await harness.store.claim(names.map((name) => b.request(at(tick), { name })));
      assert.deepEqual(
        answers.map(({ status }) => status),
        ['won', 'held', 'won'],
      );
    },
  ),
  scenario('11 batches', 'a name that occurs twice in a call is never won twice', async (harness, a, b) => {
    const tick = await minuteOf(harness);
    const claimed = harness.store.claim([a.request(at(tick)), b.request(at(tick))]);
    const statuses = await claimed.then(
      (answers) => answers.map(({ status }) => status),
      () => 'refused',
    );
    if (statuses !== 'refused') return assert.deepEqual(statuses, ['won', 'held']);
    await a.win(at(tick));
  }),
  scenario(
    'names',
    'names of every kind work, and stay apart from their neighbours',
    async (harness, a, b) => {
      const tick = await minuteOf(harness);
      for (const name of ODD_NAMES) {
        await a.win(at(tick), { name });
        assert.equal((await b.claim(at(tick), { name })).status, 'held', name);
        await b.win(at(tick), { name: `${name}x` });
      }
    },
  ),
];
