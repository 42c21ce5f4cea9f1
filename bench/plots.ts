import type * as Plots from './peers/plots.js';
import type { Results } from './report.js';

/** The plots of the results, by the name of their file. The library that draws them is installed beside the peers. */
export async function drawPlots({ peers, growth }: Results): Promise<Record<string, string>> {
  const address = new URL('../../bench/peers/build/peers/plots.js', import.meta.url);
  const { plotGrowth, plotRuns } = (await import(address.href)) as typeof Plots;
  const bars = peers
    .filter((found) => found.of === 'ticks')
    .filter(({ replicas, body, skew }) => replicas === 8 && (body === 0) === (skew === 0))
    .map(({ lock, body, skew, runsPerTick }) => ({
      lock,
      setting: skew === 0 ? `all at once, ${body} ms of work` : `within ${skew} ms, ${body} ms of work`,
      runsPerTick: runsPerTick.mean,
    }));
  const points = growth.map(({ of, count, milliseconds }) => ({
    what: of === 'replicas' ? 'replicas that contend for one task' : 'tasks of one replica in one second',
    count,
    milliseconds,
  }));
  return { 'runs-per-tick.svg': await plotRuns(bars), 'growth.svg': await plotGrowth(points) };
}
