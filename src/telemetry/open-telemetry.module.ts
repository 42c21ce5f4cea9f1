import { Logger, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { metrics, trace } from '@opentelemetry/api';
import { SystemLockClock } from '../common/clock.js';
import { oncePerProcess } from '../common/process-state.js';
import { VERSION } from '../common/version.js';
import { EVENT_HUB } from '../lock/event-hub.js';
import type { EventHub } from '../lock/event-hub.js';
import { TaskLockOperator } from '../operate/operator-token.js';
import { TaskGauges } from './task-gauges.js';
import { Telemetry, tracedBy } from './telemetry.js';

const SCOPE = 'nestjs-task-lock';

/** The applications that have telemetry already: with a second module everything would be counted twice. */
const hubs = oncePerProcess('hubs with telemetry', () => new WeakSet<EventHub>());

export interface TaskLockOpenTelemetryOptions {
  /**
   * Whether this process exports, for every task, its last success, when it is due next, its interval, and whether it is
   * paused or overdue. They are read from the database at most every 15 seconds, and are the same on all replicas: set it
   * on one. Default: `false`.
   */
  taskGauges?: boolean;
}

/**
 * Metrics and spans of tasks, through `@opentelemetry/api`. Import it once, beside `TaskLockModule`. The SDK must have
 * been started before Nest makes the application.
 *
 * @example
 * @Module({ imports: [TaskLockModule.forRoot(), TaskLockOpenTelemetryModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class TaskLockOpenTelemetryModule {
  /** @throws Error if an option is wrong */
  static forRoot(options: TaskLockOpenTelemetryOptions = {}): DynamicModule {
    const { taskGauges = false } = checked(options);
    return {
      module: TaskLockOpenTelemetryModule,
      providers: [
        {
          provide: Telemetry,
          useFactory: (events?: EventHub, operator?: TaskLockOperator) => start(taskGauges, events, operator),
          inject: [EVENT_HUB, TaskLockOperator].map((token) => ({ token, optional: true })),
        },
      ],
    };
  }
}

function start(taskGauges: boolean, events?: EventHub, operator?: TaskLockOperator): Telemetry {
  if (!events || !operator) {
    throw new Error(
      'TaskLockOpenTelemetryModule: the application has no TaskLockModule. Import TaskLockModule.forRoot() in its root module.',
    );
  }
  if (hubs.has(events)) {
    throw new Error(
      'TaskLockOpenTelemetryModule: it is imported twice, with different options or from two copies of ' +
        'nestjs-task-lock, so that everything would be counted twice: import it once.',
    );
  }
  hubs.add(events);
  const meter = metrics.getMeter(SCOPE, VERSION);
  const gauges = taskGauges
    ? new TaskGauges(meter, operator, new SystemLockClock(), new Logger('TaskLock'))
    : undefined;
  const provider = trace.getTracerProvider();
  const isTraced = tracedBy(provider, SCOPE, VERSION);
  return new Telemetry(events, meter, provider.getTracer(SCOPE, VERSION), gauges, isTraced);
}

function checked(options: TaskLockOpenTelemetryOptions): TaskLockOpenTelemetryOptions {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const where = `TaskLockOpenTelemetryModule.forRoot, option ${name}`;
    if (name !== 'taskGauges') throw new Error(`${where}: is not an option; there is taskGauges`);
    if (value !== undefined && typeof value !== 'boolean')
      throw new Error(`${where}: must be true or false; it is ${typeof value}`);
  }
  return options;
}
