import type { CapacityPoint, Plot } from '../support/plot-points.js';
import { svgOf } from './plots.js';

/** How many tasks a second so many replicas may have until the last start is a second late. */
export const plotCapacity: Plot<CapacityPoint> = (points) =>
  svgOf({
    title: 'Tasks a second until the last start is a second late',
    width: 420,
    height: 260,
    data: { values: [...points] },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'replicas',
        type: 'quantitative',
        scale: { type: 'log' },
        title: 'replicas that contend for each task',
      },
      y: { field: 'tasks', type: 'quantitative', scale: { type: 'log' }, title: 'tasks a second' },
      color: { field: 'due', type: 'nominal', title: null, legend: { orient: 'bottom', labelLimit: 400 } },
    },
  });
