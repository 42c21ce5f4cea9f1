import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { NestInstrumentation } from '@opentelemetry/instrumentation-nestjs-core';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

export const exporter = new InMemorySpanExporter();

// Loaded by --import, before Nest. Without the hook, an import of ES modules is not patched.
register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(`${process.cwd()}/`));
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
registerInstrumentations({ instrumentations: [new NestInstrumentation()] });
