import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { context, createNoopMeter, ProxyTracerProvider, SpanStatusCode, trace } from '@opentelemetry/api';
import { EventHub } from '../../src/lock/event-hub.js';
import type { LockLossReason } from '../../src/lock/errors.js';
import type { RunFinishedEvent, RunStartedEvent, TaskLockEvent } from '../../src/lock/events.js';
import { errorTypeOf } from '../../src/telemetry/error-type.js';
import { Telemetry, tracedBy } from '../../src/telemetry/telemetry.js';
import { FakeClock } from '../support/fake-clock.js';
import { recordingLog } from '../support/locks.js';
import { followContext, startSdk } from '../support/telemetry.js';

beforeAll(followContext);

const TICK = new Date('2026-03-10T03:00:00.000Z');
const TASK = { 'task_lock.task.name': 'clean-up' };

let stop = (): void => {};
afterEach(() => stop());

function listening(offset?: () => number | undefined) {
  const log = recordingLog();
  const events = new EventHub(new FakeClock(), log, offset);
  const sdk = startSdk();
  new Telemetry(events, sdk.meters.getMeter('test'), sdk.tracers.getTracer('test'));
  stop = () => expect(log.lines.error).toEqual([]);
  return { ...sdk, events, ...runsOf(events) };
}

const OF_TASK = { name: 'clean-up', at: TICK };
const A_RUN = {
  ...OF_TASK,
  fence: '7',
  token: 'a-token',
  scheduledTime: TICK,
  startedAt: new Date(TICK.getTime() + 250),
  trigger: 'tick',
  replica: 'replica-a',
} as const satisfies Omit<RunStartedEvent, 'type'>;

interface RunUnderTest extends Partial<Omit<RunStartedEvent, 'type'>> {
  outcome?: RunFinishedEvent['outcome'];
  member?: string;
  /** What is thrown by the method. */
  thrown?: unknown;
  /** Of a run whose lock is lost while it goes on. */
  loss?: Exclude<LockLossReason, 'released' | 'cancelled'>;
  method?: () => Promise<void>;
}

/** Publishes runs as the lock does: their start, then their method, then their end. */
function runsOf(events: EventHub) {
  const begin = async ({ member, loss, method, ...given }: RunUnderTest) => {
    const { thrown, outcome, ...event } = { thrown: undefined, outcome: undefined, ...A_RUN, ...given };
    void outcome;
    events.publish({ type: 'run-started', ...event });
    const state = { ...event, task: event.name, fence: BigInt(event.fence) };
    const work = async (): Promise<void> => {
      if (loss) events.publish({ type: 'lock-lost', reason: loss, ...event });
      await method?.();
      if ('thrown' in given) throw thrown;
    };
    const entered = { state: { ...state, recovering: false } as never, member };
    await events.around(() => entered, work).catch((error: unknown) => expect(error).toBe(thrown));
    return event;
  };
  return {
    run: async (given: RunUnderTest = {}) => {
      const event = await begin(given);
      const { outcome = 'thrown' in given ? 'failed' : 'succeeded' } = given;
      events.publish({ type: 'run-finished', ...event, outcome, durationMs: 1_500, latenessMs: 250 });
    },
    /** A run that does not end. */
    begin,
  };
}

describe('the counter of claims', () => {
  const skipped = (reason: 'held' | 'done' | 'condition' | 'paused' | 'unavailable' | 'stopping') =>
    ({ type: 'claim-skipped', ...OF_TASK, reason }) as const;

  test('has those that are won, and each reason why one is not', async () => {
    const { events, run, points } = listening();
    await run();
    for (const reason of ['held', 'done', 'paused', 'unavailable', 'stopping', 'held'] as const)
      events.publish(skipped(reason));
    const counted = (await points('task_lock.claims')).map(([attributes, value]) => [
      attributes['task_lock.claim.result'],
      value,
    ]);
    expect(Object.fromEntries(counted)).toEqual({
      won: 1,
      held: 2,
      done: 1,
      paused: 1,
      unavailable: 1,
      stopping: 1,
    });
  });

  test('leaves out what a condition refuses: nothing was claimed', async () => {
    const { events, points } = listening();
    events.publish(skipped('condition'));
    expect(await points('task_lock.claims')).toEqual([]);
  });
});

describe('a run', () => {
  test('is measured in seconds, by its outcome and its trigger', async () => {
    const { run, points } = listening();
    await run();
    expect(await points('task_lock.run.duration')).toEqual([
      [
        { ...TASK, 'task_lock.run.outcome': 'succeeded', 'task_lock.run.trigger': 'tick' },
        { count: 1, sum: 1.5 },
      ],
    ]);
    expect(await points('task_lock.run.lateness')).toEqual([[TASK, { count: 1, sum: 0.25 }]]);
  });

  test('that was granted a little early is not late, and one without a tick is neither', async () => {
    const { run, points } = listening();
    await run({ startedAt: new Date(TICK.getTime() - 40) });
    await run({ scheduledTime: undefined, trigger: 'call' });
    expect(await points('task_lock.run.lateness')).toEqual([[TASK, { count: 1, sum: 0 }]]);
  });

  test('is active until it ends', async () => {
    const { run, points } = listening();
    const during: unknown[] = [];
    await run({ method: async () => void during.push(...(await points('task_lock.run.active'))) });
    expect(during).toEqual([[TASK, 1]]);
    expect(await points('task_lock.run.active')).toEqual([[TASK, 0]]);
  });

  test('that failed names the class of its error, and not its text', async () => {
    class NoPaperError extends Error {}
    const { run, points, spans } = listening();
    await run({ thrown: new NoPaperError('course 4711: out of paper') });
    expect(await points('task_lock.run.duration')).toMatchObject([
      [{ 'task_lock.run.outcome': 'failed', 'error.type': 'NoPaperError' }, { count: 1 }],
    ]);
    const [span] = spans();
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'Error: course 4711: out of paper' },
      attributes: { 'task_lock.run.outcome': 'failed', 'error.type': 'NoPaperError' },
    });
    expect(span!.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.message': 'course 4711: out of paper' } },
    ]);
  });

  test('that was cancelled is no failure', async () => {
    const { run, points, spans } = listening();
    await run({ thrown: new Error('cancelled by ana'), outcome: 'cancelled' });
    expect(await points('task_lock.run.duration')).toEqual([
      [
        { ...TASK, 'task_lock.run.outcome': 'cancelled', 'task_lock.run.trigger': 'tick' },
        { count: 1, sum: 1.5 },
      ],
    ]);
    expect(spans()).toMatchObject([
      {
        status: { code: SpanStatusCode.UNSET },
        events: [],
        attributes: { 'task_lock.run.outcome': 'cancelled' },
      },
    ]);
  });

  test.each(['maximum hold', 'lease', 'taken'] as const)(
    'that lost its lock (%s) is lost, whatever its method does',
    async (loss) => {
      const { run, points, spans } = listening();
      await run({ loss });
      await run({ loss, thrown: new RangeError('too late') });
      expect(await points('task_lock.lock.lost')).toEqual([[{ ...TASK, 'task_lock.lock.loss': loss }, 2]]);
      expect(await points('task_lock.run.duration')).toMatchObject([
        [{ 'task_lock.run.outcome': 'lost', 'error.type': 'TaskLockLostError' }, { count: 1 }],
        [{ 'task_lock.run.outcome': 'lost', 'error.type': 'RangeError' }, { count: 1 }],
      ]);
      expect(spans()[0]).toMatchObject({
        status: { code: SpanStatusCode.ERROR, message: `its lock was lost: ${loss}` },
        events: [{ name: 'task_lock.lock.lost', attributes: { 'task_lock.lock.loss': loss } }],
      });
    },
  );

  test('that a shutdown aborted is aborted, and its lock is counted as lost', async () => {
    const { run, points, spans } = listening();
    await run({ loss: 'shutdown', thrown: new Error('stop now'), outcome: 'aborted' });
    expect(await points('task_lock.lock.lost')).toMatchObject([[{ 'task_lock.lock.loss': 'shutdown' }, 1]]);
    expect(spans()).toMatchObject([
      { status: { code: SpanStatusCode.ERROR }, attributes: { 'task_lock.run.outcome': 'aborted' } },
    ]);
  });

  test('whose claim was returned has no duration', async () => {
    const { run, points, spans } = listening();
    await run({ thrown: new Error('nothing is due any more'), outcome: 'returned' });
    expect(await points('task_lock.run.duration')).toEqual([]);
    expect(await points('task_lock.run.active')).toEqual([[TASK, 0]]);
    expect(spans()).toMatchObject([{ status: { code: SpanStatusCode.UNSET }, events: [] }]);
  });

  test('that the application did not wait for ends with it', async () => {
    const { begin, events, points, spans } = listening();
    await begin({});
    events.end();
    expect(spans()).toMatchObject([
      {
        attributes: { 'task_lock.run.outcome': 'aborted' },
        status: { code: SpanStatusCode.ERROR, message: 'the application shut down before it ended' },
      },
    ]);
    expect(await points('task_lock.run.active')).toEqual([[TASK, 0]]);
  });
});

describe('the span of a run', () => {
  test('names its tick, its fence, its trigger and its method', async () => {
    const { run, spans } = listening();
    await run({ member: 'Jobs.cleanUp' });
    expect(spans()).toMatchObject([
      {
        name: 'task_lock.run clean-up',
        kind: 0,
        attributes: {
          'task_lock.task.name': 'clean-up',
          'task_lock.run.tick': TICK.toISOString(),
          'task_lock.run.fence': '7',
          'task_lock.run.trigger': 'tick',
          'code.function.name': 'Jobs.cleanUp',
          'task_lock.run.outcome': 'succeeded',
        },
        links: [],
        parentSpanContext: undefined,
      },
    ]);
  });

  test('names no tick and no method where it has none', async () => {
    const { run, spans } = listening();
    await run({ scheduledTime: undefined, trigger: 'call' });
    expect(Object.keys(spans()[0]!.attributes)).not.toContain('task_lock.run.tick');
    expect(Object.keys(spans()[0]!.attributes)).not.toContain('code.function.name');
  });

  test('is the parent of what its method traces', async () => {
    const { run, spans, tracers } = listening();
    await run({ method: async () => tracers.getTracer('app').startSpan('query').end() });
    const [query, own] = spans();
    expect(query).toMatchObject({ name: 'query', parentSpanContext: own!.spanContext() });
  });

  test('is a root, with a link to the caller', async () => {
    const { run, spans, tracers } = listening();
    const caller = tracers.getTracer('app').startSpan('GET /export');
    await context.with(trace.setSpan(context.active(), caller), () => run({ trigger: 'call' }));
    const [own] = spans();
    expect(own!.parentSpanContext).toBeUndefined();
    expect(own!.spanContext().traceId).not.toBe(caller.spanContext().traceId);
    expect(own!.links).toMatchObject([{ context: caller.spanContext() }]);
  });

  test('of a tick has no link to an ended span, in whose context the timer was set', async () => {
    const { run, spans, tracers } = listening();
    const bootstrap = tracers.getTracer('app').startSpan('start the application');
    bootstrap.end();
    const inside = trace.setSpan(context.active(), bootstrap);
    await context.with(inside, () => run());
    await context.with(inside, () => run({ trigger: 'call' }));
    const [, tick, call] = spans();
    expect(tick!.links).toEqual([]);
    expect(call!.links).toHaveLength(1);
  });
});

describe('what else happens', () => {
  test('is counted: renewals that fail, and missed ticks', async () => {
    const { events, points } = listening();
    const failed = { type: 'renewal-failed', ...OF_TASK, error: 'connection refused', fence: '7' } as const;
    for (const event of [failed, failed] satisfies TaskLockEvent[]) events.publish(event);
    events.publish({ type: 'tick-missed', ...OF_TASK, count: 3, first: TICK, last: TICK });
    expect(await points('task_lock.renewal.failures')).toEqual([[TASK, 2]]);
    expect(await points('task_lock.ticks.missed')).toEqual([[TASK, 3]]);
  });

  test('the offset of the clock is known once the database has answered, and has no attributes', async () => {
    let offset: number | undefined;
    const { points, events } = listening(() => offset);
    expect(await points('task_lock.clock.offset')).toEqual([]);
    offset = -1_250;
    expect(await points('task_lock.clock.offset')).toEqual([[{}, -1.25]]);
    events.end();
    offset = 7;
    expect(await points('task_lock.clock.offset')).toEqual([[{}, -1.25]]);
  });
});

describe('an attribute has few values', () => {
  test('no key and no replica is one', async () => {
    const { run, collected } = listening();
    await run({ key: 'course 4711' });
    const text = JSON.stringify(await collected());
    expect(text).not.toContain('4711');
    expect(text).not.toContain('replica-a');
  });

  test('of names that no method declares a hundred are told apart, and all declared ones', async () => {
    const { run, points, spans } = listening();
    for (let nth = 0; nth < 150; nth++) await run({ name: `invoice ${nth}`, undeclared: true });
    for (let nth = 0; nth < 150; nth++) await run({ name: `task ${nth}` });
    const counted = await points('task_lock.claims');
    expect(counted).toHaveLength(100 + 1 + 150);
    expect(counted).toContainEqual([
      { 'task_lock.task.name': '_OTHER', 'task_lock.claim.result': 'won' },
      50,
    ]);
    expect(spans().filter(({ name }) => name === 'task_lock.run _OTHER')).toHaveLength(50);
    const active = await points('task_lock.run.active');
    expect(active.every(([, value]) => value === 0)).toBe(true);
  });

  test.each<[unknown, string]>([
    [new TypeError('x'), 'TypeError'],
    [new (class OutOfPaper extends Error {})('x'), 'OutOfPaper'],
    [Object.assign(new Error('x'), { name: 'HttpException' }), 'HttpException'],
    [Object.assign(new Error('x'), { name: 'course 4711 failed' }), '_OTHER'],
    ['out of paper', 'String'],
    [undefined, '_OTHER'],
    [null, '_OTHER'],
    [Object.create(null), '_OTHER'],
    [
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
      '_OTHER',
    ],
  ])('the type of an error is its class: %#', (thrown, type) => {
    expect(errorTypeOf(thrown)).toBe(type);
  });
});

describe('before an SDK is registered', () => {
  function idle(meter = createNoopMeter()) {
    const events = new EventHub(new FakeClock(), recordingLog());
    const proxy = new ProxyTracerProvider();
    new Telemetry(events, meter, proxy.getTracer('test'), undefined, tracedBy(proxy, 'test'));
    return { proxy, events, ...runsOf(events) };
  }

  test('no event is made, and nothing stands around a method', async () => {
    const { events } = idle();
    expect(events.wants('run-started')).toBe(false);
    let asked = 0;
    const entered = (): never => {
      throw new Error(`asked which run it is: ${++asked}`);
    };
    expect(await events.around(entered, async () => 'its value')).toBe('its value');
    expect(asked).toBe(0);
  });

  test('a run has no span, and those after it have one', async () => {
    const { proxy, events, run } = idle();
    await run();
    const { tracers, spans } = startSdk();
    proxy.setDelegate(tracers);
    expect(events.wants('run-started')).toBe(true);
    await run();
    expect(spans()).toHaveLength(1);
  });

  test('one for metrics alone counts', async () => {
    const { meters, points } = startSdk();
    const { run } = idle(meters.getMeter('test'));
    await run();
    expect(await points('task_lock.claims')).toHaveLength(1);
  });
});
