import { context } from '@opentelemetry/api';
import type { Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** The OpenTelemetry SDK, whose spans and metrics a test reads back. */
export function startSdk(sampler = new AlwaysOnSampler()) {
  const exporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const prometheus = new PrometheusExporter({ preventServerStart: true });
  const meters = new MeterProvider({ readers: [prometheus] });

  const collected = async (): Promise<MetricData[]> => {
    const { resourceMetrics, errors } = await prometheus.collect();
    if (errors.length > 0) throw new AggregateError(errors);
    return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  };
  return {
    tracers,
    meters,
    spans: () => exporter.getFinishedSpans(),
    collected,
    /** The points of one metric: its attributes, and its value. Of a histogram its count and its sum. */
    points: async (name: string) => {
      const metric = (await collected()).find(({ descriptor }) => descriptor.name === name);
      return ((metric?.dataPoints ?? []) as DataPoint<number | Histogram>[]).map(pointOf);
    },
    /** What Prometheus is served. */
    scraped: async () => new PrometheusSerializer().serialize((await prometheus.collect()).resourceMetrics),
  };
}

function pointOf({ attributes, value }: DataPoint<number | Histogram>): [Attributes, number | object] {
  return [attributes, typeof value === 'number' ? value : { count: value.count, sum: value.sum }];
}

/** Lets the active span follow the code, as an SDK for Node does. */
export function followContext(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}
