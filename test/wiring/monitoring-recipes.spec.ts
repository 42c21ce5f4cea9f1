import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import * as Sentry from '@sentry/node';
import { HealthPings } from '../../examples/monitoring/health-pings.js';
import { MissedTicks } from '../../examples/monitoring/missed-ticks.js';
import { monitorConfigOf, SentryCheckIns, slugOf } from '../../examples/monitoring/sentry-check-ins.js';
import { TaskLock } from '../../src/index.js';
import type { TaskState } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { aClaim, aRelease } from '../support/claims.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { declaredTask, MINUTE } from '../support/operated.js';
import { until } from '../support/until.js';

/** What a monitor was sent over HTTP. */
interface Received {
  path: string;
  body: string;
}

let server: Server;
let base: string;
let received: Received[];
/** What the monitor answers, or that it breaks the connection. */
let answer: number | 'broken';
/** What a ping of a start waits for before it is received. */
let starts: Gate | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '' } = request;
    if (answer === 'broken') {
      request.socket.destroy();
      return;
    }
    const status = answer;
    const opened = url.includes('/start') ? starts?.opened : undefined;
    void Promise.all([text(request), opened]).then(([body]) => {
      received.push({ path: url, body });
      response.writeHead(status).end('OK');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

closeApplicationsAfterEach();
beforeEach(() => {
  received = [];
  answer = 200;
  starts = undefined;
});
afterEach(() => {
  delete process.env['HEALTHCHECKS_URL'];
  delete process.env['SLACK_WEBHOOK_URL'];
});

@Injectable()
class Jobs {
  fails = false;
  gate?: Gate;

  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'report', timeZone: 'UTC' })
  @TaskLock('Nightly report', undefined, { minHold: '1m', maxHold: '90m' })
  async report(): Promise<void> {
    this.journal.write();
    await this.gate?.opened;
    if (this.fails) throw new Error('the disk is full');
  }
}

@Injectable()
class CatchingUp {
  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { timeZone: 'UTC' })
  @TaskLock('a<b', undefined, { missed: 'once' })
  async report(): Promise<void> {
    this.journal.write();
  }
}

async function start(monitor: Type, { store = new InMemoryLockStore(), jobs = Jobs as Type } = {}) {
  const logger = new CapturedLog();
  const application = await startApplication({
    providers: [jobs, Journal, monitor],
    options: { store },
    logger,
  });
  const tokens = () =>
    application
      .get(Journal)
      .of()
      .map(({ token }) => token);
  return { application, logger, tokens };
}

describe('healthchecks.io', () => {
  beforeEach(() => void (process.env['HEALTHCHECKS_URL'] = `${base}/key`));

  test('hears of the start and the end of a tick, from the replica that runs it, and of no call', async () => {
    const store = new InMemoryLockStore();
    const [one, other] = [await start(HealthPings, { store }), await start(HealthPings, { store })];
    await fireTick(one.application, 'report');
    await fireTick(other.application, 'report');
    await one.application.get(Jobs).report();
    await one.application.close();
    await other.application.close();
    const [tick, call] = one.tokens();
    expect(call).toBeDefined();
    expect(received).toEqual([
      { path: `/key/nightly-report/start?rid=${tick}`, body: '' },
      { path: `/key/nightly-report?rid=${tick}`, body: 'succeeded' },
    ]);
  });

  test('hears why a run failed, and of its end only after its start', async () => {
    const { application, tokens } = await start(HealthPings);
    application.get(Jobs).fails = true;
    starts = new Gate();
    await fireTick(application, 'report');
    const closed = application.close();
    for (let turns = 0; turns < 50; turns++) await setImmediate();
    starts.open();
    await closed;
    expect(received).toEqual([
      { path: `/key/nightly-report/start?rid=${tokens()[0]}`, body: '' },
      { path: `/key/nightly-report/fail?rid=${tokens()[0]}`, body: 'Error: the disk is full' },
    ]);
  });

  test.each(['broken', 404] as const)(
    'that is %s disturbs no run, and its URL is not logged',
    async (how) => {
      answer = how;
      const { application, logger, tokens } = await start(HealthPings);
      await fireTick(application, 'report');
      await application.close();
      expect(tokens()).toHaveLength(1);
      expect(logger.warnings.filter((line) => line.startsWith('no ping: '))).toHaveLength(2);
      expect(logger.warnings.join()).not.toContain('/key');
      expect(logger.errors).toEqual([]);
    },
  );

  test('is not asked where it is not configured', async () => {
    delete process.env['HEALTHCHECKS_URL'];
    const { application, logger } = await start(HealthPings);
    await fireTick(application, 'report');
    await application.close();
    expect([received, logger.warnings]).toEqual([[], []]);
  });
});

describe('a webhook', () => {
  const yearsAgo = (years: number): Date =>
    new Date(Date.UTC(new Date(THIS_JANUARY).getUTCFullYear() - years, 0, 1));

  /** A store whose task ran three years ago last. */
  async function left(): Promise<InMemoryLockStore> {
    const store = new InMemoryLockStore();
    const tick = { kind: 'scheduled', scheduledTime: yearsAgo(3) } as const;
    const claim = aClaim({ name: 'a<b', tick, minHold: 0 });
    await store.claim([claim]);
    await store.release([aRelease(claim)]);
    return store;
  }

  test('is told of ticks that ran on no replica', async () => {
    process.env['SLACK_WEBHOOK_URL'] = `${base}/services/secret`;
    await start(MissedTicks, { store: await left(), jobs: CatchingUp });
    await until(() => received.length > 0);
    const [from, to] = [yearsAgo(2).toISOString(), yearsAgo(1).toISOString()];
    expect(received).toEqual([
      {
        path: '/services/secret',
        body: JSON.stringify({
          text: `:warning: *a&lt;b*: 2 ticks ran on no replica, from ${from} to ${to}`,
        }),
      },
    ]);
  });

  test('that is broken is said in the log, and the task runs', async () => {
    process.env['SLACK_WEBHOOK_URL'] = `${base}/services/secret`;
    answer = 'broken';
    const { application, logger } = await start(MissedTicks, { store: await left(), jobs: CatchingUp });
    await application.get(Journal).first('a<b');
    await until(() => logger.errors.length > 0);
    expect(logger.errors.join()).toMatch(/2 ticks ran on no replica.*the webhook failed/);
    expect(logger.errors.join()).not.toContain('secret');
  });
});

describe('Sentry', () => {
  let sent: Record<string, unknown>[];
  let isDown: boolean;

  beforeEach(() => {
    sent = [];
    isDown = false;
    // It says that it does not trace inside jest.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    Sentry.init({
      dsn: 'https://key@sentry.invalid/1',
      environment: 'test',
      defaultIntegrations: false,
      transport: () => ({
        send: async ([, items]) => {
          if (isDown) throw new Error('no network');
          for (const [{ type }, item] of items)
            if (type === 'check_in') sent.push(item as unknown as Record<string, unknown>);
          return {};
        },
        flush: async () => true,
      }),
    });
  });
  afterEach(async () => {
    await Sentry.close();
    jest.restoreAllMocks();
  });

  /** Writes the task down, as a start-up does a second later: the monitor is made from that. */
  const declare = (store: InMemoryLockStore): Promise<void> => {
    const tasks = [declaredTask({ name: 'Nightly report', schedule: YEARLY, maxHold: 90 * MINUTE })];
    return store.operator.declare({ tasks, replica: 'pod-1', version: '1.0.0' });
  };

  async function startDeclared(): ReturnType<typeof start> {
    const store = new InMemoryLockStore();
    await declare(store);
    return start(SentryCheckIns, { store });
  }

  const monitor = {
    schedule: { type: 'crontab', value: '0 0 1 1 *' },
    timezone: 'UTC',
    checkin_margin: 2,
    max_runtime: 90,
  };

  test('gets check-ins of a tick, with the token of the run and a monitor from the schedule', async () => {
    const { application, tokens } = await startDeclared();
    await fireTick(application, 'report');
    await application.get(Jobs).report();
    await application.close();
    const run = { check_in_id: tokens()[0]!.replaceAll('-', ''), monitor_slug: 'nightly-report' };
    expect(sent).toMatchObject([
      { ...run, status: 'in_progress', monitor_config: monitor },
      { ...run, status: 'ok', monitor_config: monitor, duration: expect.any(Number) },
    ]);
  });

  test('gets an error of a run that failed', async () => {
    const { application } = await startDeclared();
    application.get(Jobs).fails = true;
    await fireTick(application, 'report');
    await application.close();
    expect(sent).toMatchObject([{ status: 'in_progress' }, { status: 'error' }]);
  });

  test('that is down disturbs no run', async () => {
    isDown = true;
    const { application, logger, tokens } = await startDeclared();
    await fireTick(application, 'report');
    await application.close();
    expect(tokens()).toHaveLength(1);
    expect(logger.errors).toEqual([]);
  });

  test('gets nothing of a task that is not written down yet, and its end once it is', async () => {
    const store = new InMemoryLockStore();
    const { application } = await start(SentryCheckIns, { store });
    const gate = new Gate();
    application.get(Jobs).gate = gate;
    const ticked = fireTick(application, 'report');
    await application.get(Journal).first('Nightly report');
    expect(sent).toEqual([]);
    await declare(store);
    gate.open();
    await ticked;
    await application.close();
    expect(sent).toMatchObject([{ status: 'ok' }]);
  });

  test('is not asked of a task that cannot be read, and its next check-in asks again', async () => {
    const store = new InMemoryLockStore();
    await declare(store);
    const tasks = store.operator.tasks.bind(store.operator);
    let asked = 0;
    store.operator.tasks = async (names) => {
      asked++;
      if (asked === 1) throw new Error('no database');
      return tasks(names);
    };
    const { application, logger } = await start(SentryCheckIns, { store });
    const gate = (application.get(Jobs).gate = new Gate());
    const ticked = fireTick(application, 'report');
    const isSaid = (): boolean =>
      logger.warnings.includes('no check-in for Nightly report: Error: no database');
    await until(isSaid);
    gate.open();
    await ticked;
    await application.close();
    expect(sent).toMatchObject([{ status: 'ok' }]);
  });

  test.each<[Partial<TaskState>, unknown]>([
    [
      { schedule: '0 3 * * 1-5', timeZone: 'Europe/Paris' },
      { type: 'crontab', value: '0 3 * * 1-5' },
    ],
    [{ schedule: '30 0 3 * * *' }, { type: 'crontab', value: '0 3 * * *' }],
    [
      { schedule: 'every 5m', interval: 300_000 },
      { type: 'interval', value: 5, unit: 'minute' },
    ],
    [{ schedule: '*/10 * * * * *' }, undefined],
    [{ schedule: 'every 30s', interval: 30_000 }, undefined],
    [{ schedule: '0 3 * * *', timeZone: 'UTC+02:00' }, undefined],
    [{ schedule: '2026-01-01T00:00:00.000Z' }, undefined],
    [{ schedule: null }, undefined],
  ])('has a monitor for %j: %j', (task, schedule) => {
    const config = monitorConfigOf({
      schedule: null,
      timeZone: null,
      interval: null,
      maxHold: null,
      ...task,
    });
    expect(config?.schedule).toEqual(schedule);
  });

  test('gets slugs that it takes', () => {
    expect(slugOf('Shop/Nightly report #2')).toBe('shop-nightly-report-2');
    expect(slugOf('x'.repeat(60))).toHaveLength(50);
  });
});
