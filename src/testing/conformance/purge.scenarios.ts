import { strict as assert } from 'node:assert';
import type { ConformanceScenario } from './conformance-harness.js';
import { at, call, MINUTE, minuteOf, scenario } from './player.js';

const DAY = 24 * 60 * MINUTE;

export const purgeScenarios: readonly ConformanceScenario[] = [
  scenario(
    'purge',
    'rows of unused keys are removed, others stay, and no fence goes back',
    async (harness, a) => {
      const { store } = harness;
      if (!store.purge) return;
      const run = async (name: string): Promise<bigint> => {
        const won = await a.win(call, { name });
        await a.release(won.token, { name, tick: 'call', minHold: 0 });
        return won.fence;
      };
      const fence = await run('export:5');
      await run('export');
      await run('exports:5');
      const ticked = await a.win(at(await minuteOf(harness)), { name: 'export:ticked' });
      await a.release(ticked.token, { name: 'export:ticked' });
      const crashed = await a.win(call, { name: 'export:6' });
      await harness.advance(8 * DAY);
      await run('export:7');
      assert.equal(await store.purge({ prefix: 'export:', unusedFor: 7 * DAY }), 1);
      const rows = await Promise.all(
        ['export:5', 'export', 'exports:5', 'export:6', 'export:7', 'export:ticked'].map((name) =>
          harness.row(name),
        ),
      );
      assert.deepEqual(
        rows.map((row) => row !== undefined),
        [false, true, true, true, true, true],
      );
      assert.ok((await run('export:5')) > fence);
      const next = await a.win(call, { name: 'export:6' });
      assert.equal(next.previous?.fence, crashed.fence);
    },
  ),
];
