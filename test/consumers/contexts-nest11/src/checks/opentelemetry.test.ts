// OpenTelemetry's instrumentation of Nest, beside the spans of runs. It does not instrument Nest 12 yet.
import { exporter } from '../instrument-otel';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controller, Module, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { trace } from '@opentelemetry/api';
import { TaskLock } from 'nestjs-task-lock';
import { TaskLockOpenTelemetryModule } from 'nestjs-task-lock/opentelemetry';
import { lockImports } from '../lock-imports';
import { work } from '../work';

@Controller()
class ExportsController {
  @Post('export')
  @TaskLock('export')
  async export() {
    return trace.getTracer('of the application').startActiveSpan('inside', async (span) => {
      const value = await work();
      span.end();
      return value;
    });
  }
}

@Module({
  imports: [...lockImports(), TaskLockOpenTelemetryModule.forRoot()],
  controllers: [ExportsController],
})
class ApplicationModule {}

let application: INestApplication;
before(async () => {
  application = await NestFactory.create(ApplicationModule, { logger: ['warn'], abortOnError: false });
  await application.listen(0, '127.0.0.1');
});
after(() => application.close());

test('the route runs, its run links to the span of the handler, and what it does is inside the run', async () => {
  const response = await fetch(`${await application.getUrl()}/export`, { method: 'POST' });
  assert.equal(await response.text(), 'ran export');
  const spans = exporter.getFinishedSpans();
  const named = (name: string) => {
    const [span] = spans.filter((each) => each.name === name);
    assert.ok(span, `no span ${name} among ${spans.map((each) => each.name).join(', ')}`);
    return span;
  };
  const run = named('task_lock.run export');
  assert.equal(run.parentSpanContext, undefined);
  assert.equal(named('inside').parentSpanContext?.spanId, run.spanContext().spanId);
  const handler = named('export');
  assert.deepEqual(
    run.links.map(({ context }) => context.spanId),
    [handler.spanContext().spanId],
  );
  assert.equal(handler.parentSpanContext?.spanId, named('ExportsController.export').spanContext().spanId);
});
