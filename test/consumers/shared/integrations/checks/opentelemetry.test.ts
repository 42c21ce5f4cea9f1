// Run with --import instrument-opentelemetry.js: the spans of Nest's instrumentation, and those of tasks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controller, Get, Injectable } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { TaskLock } from 'nestjs-task-lock';
import { TaskLockOpenTelemetryModule } from 'nestjs-task-lock/opentelemetry';
import { isPatched, lockedRun, startApplication, until } from '../application.js';
import { exporter } from '../instrument-opentelemetry.js';

/** As a driver or a client makes one. */
function work(name: string) {
  lockedRun();
  trace.getTracer('app').startSpan(name).end();
}

@Injectable()
class Jobs {
  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('tick')
  async tick() {
    work('query of the tick');
  }
}

@Controller()
class Reports {
  @Get('report')
  @TaskLock('report')
  async report() {
    work('query of the report');
    return { made: true };
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({
    imports: [TaskLockOpenTelemetryModule.forRoot()],
    controllers: [Reports],
    providers: [Jobs],
  });
});
after(() => application.close());

const named = (name: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.name === name);

async function span(name: string): Promise<ReadableSpan> {
  await until(() => named(name).length > 0, `a span ${name}`);
  return named(name)[0]!;
}

const parentOf = ({ parentSpanContext }: ReadableSpan) => parentSpanContext?.spanId;
const idOf = (each: ReadableSpan) => each.spanContext().spanId;

test('a tick: a root span, with what the method does below it, and no link to the start of the application', async () => {
  const run = await span('task_lock.run tick');
  assert.equal(parentOf(run), undefined);
  assert.deepEqual(run.links, []);
  assert.equal(parentOf(await span('query of the tick')), idOf(run));
  assert.equal(named('Create Nest App').length, isPatched ? 1 : 0);
});

test('a route: a root span that links to the span of the handler, if the instrumentation makes one', async () => {
  const response = await fetch(`${await application.getUrl()}/report`);
  assert.deepEqual(await response.json(), { made: true });
  const run = await span('task_lock.run report');
  assert.equal(parentOf(run), undefined);
  assert.equal(parentOf(await span('query of the report')), idOf(run));
  const links = run.links.map(({ context }) => context.spanId);
  if (!isPatched) return assert.deepEqual(links, []);
  const handler = await span('report');
  assert.deepEqual(links, [idOf(handler)]);
  assert.equal(parentOf(handler), idOf(await span('Reports.report')));
});
