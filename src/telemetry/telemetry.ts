import { createNoopMeter } from '@opentelemetry/api';
import type { Meter, ProxyTracerProvider, Tracer, TracerProvider } from '@opentelemetry/api';
import type { EventHub } from '../lock/event-hub.js';
import type { TaskLockEvent } from '../lock/events.js';
import { observeClock } from './clock-gauge.js';
import { RunSpans } from './run-spans.js';
import type { TaskGauges } from './task-gauges.js';
import { TaskMetrics } from './task-metrics.js';
import { TaskNames } from './task-names.js';

/** Tells whether an SDK is registered yet behind a provider: that of the API is a proxy, which makes spans of no use. */
export function tracedBy(
  provider: TracerProvider | ProxyTracerProvider,
  scope: string,
  version?: string,
): () => boolean {
  let isTraced = false;
  // By its shape: it may come from another copy of the API.
  return () =>
    (isTraced ||= !('getDelegateTracer' in provider) || !!provider.getDelegateTracer(scope, version));
}

/** Hands the events of an application to metrics and spans, until it has shut down. */
export class Telemetry {
  private readonly metrics: TaskMetrics;
  private readonly spans: RunSpans;

  /** `isTraced`: whether spans go anywhere yet. Without that, and without a real meter, no event is listened to. */
  constructor(
    events: EventHub,
    meter: Meter,
    tracer: Tracer,
    gauges?: TaskGauges,
    isTraced: () => boolean = () => true,
  ) {
    const names = new TaskNames();
    this.metrics = new TaskMetrics(meter, names);
    this.spans = new RunSpans(tracer, names);
    const endClock = observeClock(meter, events);
    const ended = (): void => {
      endClock();
      gauges?.end();
      this.spans.abandon();
      this.metrics.abandon();
    };
    const isCounted = meter !== createNoopMeter();
    const listens = (): boolean => isCounted || isTraced();
    events.subscribe((event) => this.hear(event), ended, this.spans.enclose, listens);
  }

  private hear(event: TaskLockEvent): void {
    switch (event.type) {
      case 'run-started':
        return this.metrics.started(event);
      case 'run-finished':
        return this.metrics.finished(event, this.spans.finish(event));
      case 'claim-skipped':
        return this.metrics.skipped(event);
      case 'lock-lost':
        this.spans.lost(event);
        return this.metrics.lost(event);
      case 'renewal-failed':
        return this.metrics.renewalFailed(event);
      case 'tick-missed':
        return this.metrics.missed(event);
    }
  }
}
