import type { Meter } from '@opentelemetry/api';
import type { EventHub } from '../lock/event-hub.js';

/** Observes by how much the clock of this replica is ahead. Returns a function that ends it. */
export function observeClock(meter: Meter, { clockOffset }: Pick<EventHub, 'clockOffset'>): () => void {
  const gauge = meter.createObservableGauge('task_lock.clock.offset', {
    unit: 's',
    description:
      "By how much this replica's clock is ahead of the database's at least; negative where it is behind.",
  });
  const observe: Parameters<typeof gauge.addCallback>[0] = (result) => {
    const offset = clockOffset();
    if (offset !== undefined) result.observe(offset / 1_000);
  };
  gauge.addCallback(observe);
  return () => gauge.removeCallback(observe);
}
