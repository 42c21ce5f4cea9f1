import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import type { GrowthPoint, Plot, RunsBar } from '../support/plot-points.js';

/** How often each lock let a tick run: once is right. */
export const plotRuns: Plot<RunsBar> = (bars) =>
  svgOf({
    title: 'Runs of one tick on eight replicas (1 is right)',
    data: { values: [...bars] },
    facet: { column: { field: 'setting', type: 'nominal', title: null, sort: null } },
    spec: {
      width: 260,
      layer: [
        {
          mark: { type: 'bar' },
          encoding: {
            color: {
              condition: { test: 'datum.runsPerTick === 1', value: '#2a7f4f' },
              value: '#b5403a',
            },
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 4 },
          encoding: { text: { field: 'runsPerTick', type: 'quantitative', format: '.2f' } },
        },
      ],
      encoding: {
        y: { field: 'lock', type: 'nominal', sort: null, title: null, axis: { labelLimit: 260 } },
        x: {
          field: 'runsPerTick',
          type: 'quantitative',
          title: 'runs per tick, mean',
          scale: { domain: [0, 9] },
        },
      },
    },
  });

/** How long the last answer of a tick takes as there is more of something. */
export const plotGrowth: Plot<GrowthPoint> = (points) =>
  svgOf({
    title: 'Until every claim of a tick is answered',
    width: 420,
    height: 260,
    data: { values: [...points] },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'count', type: 'quantitative', scale: { type: 'log' }, title: 'how many' },
      y: {
        field: 'milliseconds',
        type: 'quantitative',
        scale: { type: 'log' },
        title: 'milliseconds, median',
      },
      color: { field: 'what', type: 'nominal', title: null, legend: { orient: 'bottom', labelLimit: 400 } },
    },
  });

export async function svgOf(spec: TopLevelSpec): Promise<string> {
  const { spec: compiled } = compile({ background: 'white', padding: 12, ...spec });
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
