// instrumentation.ts: node --import ./dist/instrumentation.js dist/main.js
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ serviceName: 'shop', metricReader: new PrometheusExporter({ port: 9464 }) }).start();
