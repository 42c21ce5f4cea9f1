/** Draws an SVG of these points. */
export type Plot<Point> = (points: readonly Point[]) => Promise<string>;

export interface RunsBar {
  lock: string;
  /** What the replicas' timers and the task were like. */
  setting: string;
  runsPerTick: number;
}

export interface GrowthPoint {
  what: string;
  count: number;
  milliseconds: number;
}

export interface CapacityPoint {
  replicas: number;
  /** When the tasks are due. */
  due: string;
  tasks: number;
}

export interface WeekPoint {
  /** Since the beginning. */
  hour: number;
  what: string;
  kilobytes: number;
}
