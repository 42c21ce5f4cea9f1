import type { Results } from './report.js';
import type { WeekSample } from './measurements/week-sampler.js';
import type { CapacityPoint, GrowthPoint, Plot, RunsBar, WeekPoint } from './support/plot-points.js';
import { weekPoints } from './week-report.js';

// Declared here: the bench compiles without what is installed beside the peers.
interface Plots {
  plotRuns: Plot<RunsBar>;
  plotGrowth: Plot<GrowthPoint>;
}
interface CapacityPlot {
  plotCapacity: Plot<CapacityPoint>;
}

interface WeekPlot {
  plotWeek: Plot<WeekPoint>;
}

const built = (file: string): string =>
  new URL(`../../bench/peers/build/peers/${file}`, import.meta.url).href;

/** The plots of the results, by the name of their file. The library that draws them is installed beside the peers. */
export async function drawPlots({ peers, growth, capacity }: Results): Promise<Record<string, string>> {
  const { plotGrowth, plotRuns } = (await import(built('plots.js'))) as Plots;
  const { plotCapacity } = (await import(built('capacity-plot.js'))) as CapacityPlot;
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
  const loads = capacity
    .filter(({ tasks }) => tasks > 0)
    .map(({ replicas, spread, tasks }) => ({
      replicas,
      due: spread ? 'each in a moment of its own' : 'all at the full second',
      tasks,
    }));
  return {
    'capacity.svg': await plotCapacity(loads),
    'runs-per-tick.svg': await plotRuns(bars),
    'growth.svg': await plotGrowth(points),
  };
}

/** The sizes of a week. */
export async function drawWeek(samples: readonly WeekSample[]): Promise<string> {
  const { plotWeek } = (await import(built('week-plot.js'))) as WeekPlot;
  return plotWeek(weekPoints(samples));
}
