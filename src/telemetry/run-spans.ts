import { context, isSpanContextValid, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Exception, Link, Span, Tracer } from '@opentelemetry/api';
import { thrownText } from '../common/error-text.js';
import type { Enclose, EnteredRun } from '../lock/event-hub.js';
import type { LockLostEvent, RunFinishedEvent } from '../lock/events.js';
import {
  CODE_FUNCTION_NAME,
  ERROR_TYPE,
  LOCK_LOSS,
  RUN_FENCE,
  RUN_OUTCOME,
  RUN_TICK,
  RUN_TRIGGER,
  TASK_NAME,
} from './attributes.js';
import { errorTypeOf } from './error-type.js';
import type { TaskNames } from './task-names.js';

/** A run whose method was called. */
interface OpenRun {
  span: Span;
  /** What the method threw. */
  thrown?: { error: unknown };
  /** Why its lock was lost while it went on. */
  loss?: LockLostEvent['reason'];
}

/** How a run ended. */
export interface EndOfRun {
  outcome: RunFinishedEvent['outcome'] | 'lost';
  /** Where it failed, or its lock was lost. */
  errorType?: string;
}

/** One span a run, which is the active one while the method runs. */
export class RunSpans {
  private readonly open = new Map<string, OpenRun>();

  constructor(
    private readonly tracer: Tracer,
    private readonly names: TaskNames,
  ) {}

  /** Calls the method of a run inside its span. */
  readonly enclose: Enclose = (entered, work) => {
    const run: OpenRun = { span: this.start(entered) };
    const inside = trace.setSpan(context.active(), run.span);
    this.open.set(entered.state.token, run);
    return async () => {
      try {
        return await context.with(inside, work);
      } catch (error) {
        run.thrown = { error };
        throw error;
      }
    };
  };

  /** A lock that a shutdown takes away is no loss: the outcome says that the run was aborted. */
  lost({ token, reason }: LockLostEvent): void {
    const run = this.open.get(token);
    if (!run || reason === 'shutdown') return;
    run.loss = reason;
    run.span.addEvent('task_lock.lock.lost', { [LOCK_LOSS]: reason });
  }

  /** Ends the span of a run, and says how the run ended. */
  finish({ token, outcome }: RunFinishedEvent): EndOfRun {
    const run = this.open.get(token);
    this.open.delete(token);
    const end = endOf(outcome, run);
    if (run) close(run, end);
    return end;
  }

  /** Ends the spans of runs that a shutdown did not wait for. */
  abandon(): void {
    const left = [...this.open.values()];
    this.open.clear();
    for (const run of left) close(run, { outcome: 'aborted' });
  }

  private start({ state, member }: EnteredRun): Span {
    const { task, undeclared, fence, trigger, scheduledTime } = state;
    const name = this.names.of({ name: task, undeclared });
    const attributes: Attributes = { [TASK_NAME]: name, [RUN_FENCE]: String(fence), [RUN_TRIGGER]: trigger };
    if (scheduledTime) attributes[RUN_TICK] = scheduledTime.toISOString();
    if (member !== undefined) attributes[CODE_FUNCTION_NAME] = member;
    const options = { root: true, kind: SpanKind.INTERNAL, links: linksToCaller(state), attributes };
    return this.tracer.startSpan(`task_lock.run ${name}`, options);
  }
}

/**
 * A timer keeps the context in which it was set. So what a timer started is linked only to a span that has not ended:
 * each tick would otherwise name the start of the application as its caller.
 */
function linksToCaller({ trigger }: EnteredRun['state']): Link[] {
  const caller = trace.getSpan(context.active());
  if (!caller || !isSpanContextValid(caller.spanContext())) return [];
  return trigger === 'call' || caller.isRecording() ? [{ context: caller.spanContext() }] : [];
}

function endOf(outcome: RunFinishedEvent['outcome'], run: OpenRun | undefined): EndOfRun {
  const isLost = run?.loss !== undefined && outcome !== 'returned';
  if (!isLost && outcome !== 'failed' && outcome !== 'aborted') return { outcome };
  const errorType = run?.thrown || !isLost ? errorTypeOf(run?.thrown?.error) : 'TaskLockLostError';
  return { outcome: isLost ? 'lost' : outcome, errorType };
}

function close({ span, thrown, loss }: OpenRun, { outcome, errorType }: EndOfRun): void {
  try {
    span.setAttribute(RUN_OUTCOME, outcome);
    if (errorType !== undefined) span.setAttribute(ERROR_TYPE, errorType);
    if (outcome === 'succeeded' || outcome === 'cancelled' || outcome === 'returned') return;
    if (thrown) span.recordException(exceptionOf(thrown.error));
    const problem = thrown ? thrownText(thrown.error) : undefined;
    const message =
      outcome === 'lost'
        ? `its lock was lost: ${loss}`
        : (problem ?? 'the application shut down before it ended');
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  } finally {
    span.end();
  }
}

function exceptionOf(error: unknown): Exception {
  return error instanceof Error ? error : thrownText(error);
}
