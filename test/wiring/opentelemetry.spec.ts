import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { context, metrics, trace } from '@opentelemetry/api';
import { TaskLock, TaskLockOperator, TaskLockService } from '../../src/index.js';
import { TaskLockOpenTelemetryModule } from '../../src/opentelemetry.js';
import type { TaskLockOpenTelemetryOptions } from '../../src/opentelemetry.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplications,
  compileApplication,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { declaredTask } from '../support/operated.js';
import { secondCopy } from '../support/second-copy.js';
import { followContext, startSdk } from '../support/telemetry.js';

const sdk = startSdk();
const tracer = sdk.tracers.getTracer('app');

beforeAll(() => {
  followContext();
  trace.setGlobalTracerProvider(sdk.tracers);
  metrics.setGlobalMeterProvider(sdk.meters);
});

@Injectable()
class Jobs {
  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('report')
  async report(): Promise<void> {
    await Promise.resolve();
    tracer.startSpan('query').end();
  }

  @TaskLock('invoice')
  async invoice(): Promise<void> {
    await this.mail();
  }

  @TaskLock('mail')
  async mail(): Promise<void> {}

  @TaskLock('fail')
  async fail(): Promise<void> {
    throw new RangeError('out of paper');
  }
}

/** The spans that `work` has made, by their names. */
async function tracedBy(work: () => Promise<unknown>) {
  const before = sdk.spans().length;
  await work();
  const spans = sdk.spans().slice(before);
  return (name: string) => {
    const span = spans.find((each) => each.name === name);
    if (!span) throw new Error(`no span "${name}" among: ${spans.map((each) => each.name).join(', ')}`);
    return span;
  };
}

describe('an application with TaskLockOpenTelemetryModule', () => {
  const store = new InMemoryLockStore();
  let application: TestingModule;
  let jobs: Jobs;

  beforeAll(async () => {
    application = await startApplication({
      imports: [TaskLockOpenTelemetryModule.forRoot({ taskGauges: true })],
      providers: [Jobs],
      // It declares nothing by itself a second later.
      options: { store, replicaId: 'replica-a', history: false },
    });
    jobs = application.get(Jobs);
    const tasks = [declaredTask({ name: 'archive' }), declaredTask({ name: 'report' })];
    await store.operator.declare({ replica: 'replica-a', version: '1.0.0', tasks });
    await application.get(TaskLockOperator).pause('archive', { by: 'ana', reason: 'a test' });
  });
  afterAll(closeApplications);

  test('has a root span for the run of a tick, whose own spans are its children', async () => {
    const span = await tracedBy(() => fireTick(application, 'report'));
    const run = span('task_lock.run report');
    expect(run.parentSpanContext).toBeUndefined();
    expect(run.links).toEqual([]);
    expect(run.instrumentationScope.name).toBe('nestjs-task-lock');
    expect(run.attributes).toEqual({
      'task_lock.task.name': 'report',
      'task_lock.run.trigger': 'tick',
      'task_lock.run.tick': new Date(THIS_JANUARY).toISOString(),
      'task_lock.run.fence': String(store.row('report')?.fence),
      'task_lock.run.outcome': 'succeeded',
      'code.function.name': 'Jobs.report',
    });
    expect(span('query').parentSpanContext).toEqual(run.spanContext());
  });

  test('has none for a tick that it loses, and counts the claim', async () => {
    const before = sdk.spans().length;
    await fireTick(application, 'report');
    expect(sdk.spans()).toHaveLength(before);
    expect(await sdk.points('task_lock.claims')).toContainEqual([
      { 'task_lock.task.name': 'report', 'task_lock.claim.result': 'done' },
      1,
    ]);
  });

  test('links a direct call to its caller, and a task that a task calls to that', async () => {
    const caller = tracer.startSpan('GET /invoice');
    const span = await tracedBy(() =>
      context.with(trace.setSpan(context.active(), caller), () => jobs.invoice()),
    );
    const [invoice, mail] = [span('task_lock.run invoice'), span('task_lock.run mail')];
    expect(invoice.links).toMatchObject([{ context: caller.spanContext() }]);
    expect(mail.links).toMatchObject([{ context: invoice.spanContext() }]);
    expect([invoice, mail].map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined, undefined]);
  });

  test('records the exception of a run that fails, which its caller gets unchanged', async () => {
    const span = await tracedBy(() => expect(jobs.fail()).rejects.toThrow(new RangeError('out of paper')));
    expect(span('task_lock.run fail')).toMatchObject({
      attributes: { 'error.type': 'RangeError', 'task_lock.run.outcome': 'failed' },
      events: [{ name: 'exception' }],
    });
  });

  test('names no method in the run of TaskLockService', async () => {
    const span = await tracedBy(() => application.get(TaskLockService).run('mail', async () => {}));
    expect(span('task_lock.run mail').attributes).not.toHaveProperty('code.function.name');
  });

  test('exports what the tables say of each declared task', async () => {
    expect(await sdk.points('task_lock.paused')).toEqual([
      [{ 'task_lock.task.name': 'archive' }, 1],
      [{ 'task_lock.task.name': 'report' }, 0],
    ]);
  });
});

describe('TaskLockOpenTelemetryModule', () => {
  test('without TaskLockModule is an error that says so', async () => {
    const imports = [TaskLockOpenTelemetryModule.forRoot()];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toThrow(
      'TaskLockOpenTelemetryModule: the application has no TaskLockModule. Import TaskLockModule.forRoot() in its root module.',
    );
  });

  test('that is imported twice is an error, since all would be counted twice', async () => {
    const imports = [
      TaskLockOpenTelemetryModule.forRoot(),
      TaskLockOpenTelemetryModule.forRoot({ taskGauges: true }),
    ];
    await expect(compileApplication({ imports })).rejects.toThrow(/it is imported twice/);
  });

  test.each([
    [{ gauges: true }, 'option gauges: is not an option; there is taskGauges'],
    [{ taskGauges: 'yes' }, 'option taskGauges: must be true or false; it is string'],
  ])('refuses %j', (options, problem) => {
    const wrong = options as TaskLockOpenTelemetryOptions;
    expect(() => TaskLockOpenTelemetryModule.forRoot(wrong)).toThrow(
      `TaskLockOpenTelemetryModule.forRoot, ${problem}`,
    );
  });

  describe('beside a copy of the package that finds no @opentelemetry/api', () => {
    beforeAll(() => {
      jest.unstable_mockModule('@opentelemetry/api', () => {
        throw new Error("Cannot find package '@opentelemetry/api'");
      });
    });

    test('hears the lock of that copy, which loads without it', async () => {
      const { InMemoryLockStore: Store, TaskLockModule, TaskLockService: Service } = await secondCopy();
      const application = await Test.createTestingModule({
        imports: [TaskLockModule.forRoot({ store: new Store() }), TaskLockOpenTelemetryModule.forRoot()],
      }).compile();
      await application.init();
      const work = () => application.get(Service).run({ name: 'copy', maxHold: '1m' }, async () => {});
      const span = await tracedBy(work);
      expect(span('task_lock.run copy').attributes).toMatchObject({ 'task_lock.run.trigger': 'call' });
      await application.close();
    });

    test('is the only one that needs it, and the error says so', async () => {
      await expect(import('../../src/opentelemetry.js')).rejects.toThrow('@opentelemetry/api');
    });
  });
});
