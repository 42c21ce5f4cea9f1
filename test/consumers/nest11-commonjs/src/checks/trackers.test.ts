import { sent } from '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SentryCron, SentryTraced } from '@sentry/nestjs';
import { TaskLock } from 'nestjs-task-lock';
import { startApplication } from '../application';
import { answerOf, recordRun, runsOf, until } from '../runs';
import { Span, spans } from '../span';

/** What each order is made of; the first stands on top. */
const ORDERS = [
  ['tracker', 'interval', 'lock'],
  ['tracker', 'lock', 'interval'],
  ['interval', 'tracker', 'lock'],
  ['lock', 'tracker', 'interval'],
  ['interval', 'lock', 'tracker'],
  ['lock', 'interval', 'tracker'],
] as const;

const TRACKERS: Record<string, (name: string) => MethodDecorator> = {
  '@SentryCron': (name) => SentryCron(name),
  '@SentryTraced': (name) => SentryTraced(name) as MethodDecorator,
  'a span decorator': (name) => Span(name),
};

interface Tracked {
  job(): Promise<string>;
}

/** A class whose method has the decorators in this order. `Reflect.decorate` is what TypeScript's own helper calls. */
function trackedClass(order: (typeof ORDERS)[number], tracker: MethodDecorator, name: string): Type<Tracked> {
  @Injectable()
  class Jobs implements Tracked {
    readonly greeting = `hello from ${name}`;

    async job() {
      recordRun();
      return this.greeting;
    }
  }
  const decorators = { tracker, interval: Interval(400), lock: TaskLock(name) };
  const descriptor = Reflect.decorate(
    order.map((part) => decorators[part]),
    Jobs.prototype,
    'job',
    Object.getOwnPropertyDescriptor(Jobs.prototype, 'job'),
  );
  Object.defineProperty(Jobs.prototype, 'job', descriptor!);
  return Jobs;
}

const cases = Object.entries(TRACKERS).flatMap(([kind, tracker]) =>
  ORDERS.map((order) => {
    const name = `${order.join(' / ').replace('tracker', kind)}`;
    return { kind, name, type: trackedClass(order, tracker(name), name) };
  }),
);

@Injectable()
class Failing {
  @SentryCron('failing')
  @TaskLock('failing')
  async job(error: Error) {
    throw error;
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({ providers: [...cases.map(({ type }) => type), Failing] });
});
after(() => application.close());

/** How often a tracker has seen the method: in what went to Sentry, or in the spans of our own. */
function sightings(kind: string, name: string): number {
  if (kind === 'a span decorator') return spans.filter((span) => span === name).length;
  const items = sent.flatMap(([, items]) => items as [{ type: string }, Record<string, any>][]);
  return kind === '@SentryCron'
    ? items.filter(
        ([{ type }, body]) => type === 'check_in' && body.monitor_slug === name && body.status === 'ok',
      ).length
    : items.filter(([{ type }, body]) => type === 'transaction' && body.contexts?.trace?.op === name).length;
}

for (const { kind, name, type } of cases) {
  test(`${name}: ticks run under the lock, and the tracker sees them`, async () => {
    await until(() => runsOf(name).length >= 2, 'two ticks');
    assert.ok(runsOf(name).every(({ scheduledTime }) => scheduledTime !== undefined));
    await until(() => sightings(kind, name) >= 2, `two sightings by ${kind}`);
    assert.equal(await answerOf(() => application.get(type).job()), `hello from ${name}`);
  });
}

test('an error tracker above @TaskLock sees the error, which comes through unchanged', async () => {
  const error = new Error('its own');
  await assert.rejects(application.get(Failing).job(error), (thrown) => thrown === error);
  await delay(50);
  const checkIns = sent
    .flatMap(([, items]) => items as [{ type: string }, Record<string, any>][])
    .filter(([{ type }, body]) => type === 'check_in' && body.monitor_slug === 'failing');
  assert.deepEqual(
    checkIns.map(([, { status }]) => status),
    ['in_progress', 'error'],
  );
});
