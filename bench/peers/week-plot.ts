import type { Plot, WeekPoint } from '../support/plot-points.js';
import { svgOf } from './plots.js';

/** How large the tables are in a week of ticks. */
export const plotWeek: Plot<WeekPoint> = (points) =>
  svgOf({
    title: 'Tables with their indexes in a week of ticks',
    width: 420,
    height: 260,
    data: { values: [...points] },
    mark: { type: 'line' },
    encoding: {
      x: { field: 'hour', type: 'quantitative', title: 'hours' },
      y: { field: 'kilobytes', type: 'quantitative', scale: { type: 'log' }, title: 'KiB' },
      color: { field: 'what', type: 'nominal', title: null, legend: { orient: 'bottom', labelLimit: 400 } },
    },
  });
