import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { TaskLock } from 'nestjs-task-lock';
import { TaskLockOpenTelemetryModule } from 'nestjs-task-lock/opentelemetry';
import { TaskLockTestingModule } from 'nestjs-task-lock/testing';
import { answerCommands } from '../support/child.js';
import { times } from '../support/in-order.js';

/** `idle`: the module is imported, and no SDK was started. A child has one mode for all of its life. */
export interface TelemetryCommand {
  mode: 'without' | 'idle' | 'on';
  calls: number;
}

@Injectable()
class Jobs {
  @TaskLock({ name: 'decorated' })
  async decorated(): Promise<void> {}
}

const spans = new InMemorySpanExporter();

function startSdk(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  metrics.setGlobalMeterProvider(
    new MeterProvider({ readers: [new PrometheusExporter({ preventServerStart: true })] }),
  );
}

async function start(mode: TelemetryCommand['mode']) {
  if (mode === 'on') startSdk();
  const telemetry = mode === 'without' ? [] : [TaskLockOpenTelemetryModule.forRoot()];

  @Module({ imports: [TaskLockTestingModule.forRoot(), ...telemetry], providers: [Jobs] })
  class Application {}

  return NestFactory.createApplicationContext(Application, { logger: ['error', 'warn'] });
}

let application: ReturnType<typeof start> | undefined;

/** Milliseconds of CPU that so many runs cost this process. */
answerCommands<TelemetryCommand, number>(
  async ({ mode, calls }) => {
    const jobs = (await (application ??= start(mode))).get(Jobs);
    const before = process.cpuUsage();
    await times(calls, () => jobs.decorated());
    const { user, system } = process.cpuUsage(before);
    const traced = spans.getFinishedSpans().length;
    spans.reset();
    if (traced !== (mode === 'on' ? calls : 0)) throw new Error(`${traced} of ${calls} runs were traced`);
    return (user + system) / 1_000;
  },
  async () => (await application)?.close(),
);
