import { request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { TaskLockDashboardModule } from '../../src/dashboard.js';
import type { DashboardRequest } from '../../src/dashboard.js';
import { LockStoreUnavailableError, TaskLock, TaskLockOperator } from '../../src/index.js';
import type { Page, TaskState } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';
import { ANA, asForm, asJson, PLATFORMS, serveDashboard } from '../support/dashboard.js';
import { Gate } from '../support/gate.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
class Jobs {
  @TaskLock('report')
  async report(): Promise<void> {}
}

const PATHS = [
  '/task-lock',
  '/task-lock/',
  '/task-lock/task?name=report',
  '/task-lock/nothing',
  '/task-lock/api/tasks',
];

describe.each(PLATFORMS)('the page on %s is closed', (platform) => {
  const log = new CapturedLog();
  const store = new InMemoryLockStore();
  let authorize: (request: DashboardRequest) => unknown;
  let served: Awaited<ReturnType<typeof serveDashboard>>;
  let operator: TaskLockOperator;

  beforeAll(async () => {
    const asked = (request: DashboardRequest) => authorize(request) as false;
    served = await serveDashboard({
      platform,
      providers: [Jobs],
      dashboards: [{ authorize: asked }],
      options: { store },
      logger: log,
    });
    operator = served.application.get(TaskLockOperator);
    await until(async () => (await operator.tasks()).total === 1);
  });
  afterAll(() => served.application.close());
  beforeEach(() => {
    authorize = () => ANA;
    log.lines.length = 0;
  });

  test.each(PATHS)('at %s to whom authorize does not let in, without a word more', async (path) => {
    authorize = () => false;
    const response = await served.ask(path);
    expect(response.status).toBe(403);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const text = await response.text();
    if (path.includes('/api/')) {
      expect(JSON.parse(text)).toEqual({ type: 'about:blank', title: 'Forbidden', status: 403 });
    } else expect(text).toBe('Forbidden');
    expect(log.errors).toEqual([]);
  });

  test.each([
    ['answers true', () => true, 'must answer false, or { user, canOperate }'],
    ['answers an empty object', async () => ({}), 'must answer false, or { user, canOperate }'],
    [
      'throws',
      () => {
        throw new Error('the directory is down');
      },
      'let nobody in: the directory is down',
    ],
    [
      'throws what nobody can read',
      () => {
        throw Object.create(null);
      },
      'let nobody in: a thrown value that cannot be converted to a string',
    ],
    [
      'rejects',
      async () => {
        throw new Error('the directory is down');
      },
      'let nobody in: the directory is down',
    ],
  ])('where authorize %s, and says so in the log', async (_, wrong, expected) => {
    authorize = wrong;
    const response = await served.ask('/task-lock', { method: 'GET' });
    expect([response.status, await response.text()]).toEqual([403, 'Forbidden']);
    expect(log.errors).toEqual([expect.stringContaining(expected)]);
  });

  test('to actions, too', async () => {
    authorize = () => false;
    expect((await served.ask('/task-lock/act', asForm({ action: 'resume', name: 'report' }))).status).toBe(
      403,
    );
    expect((await served.ask('/task-lock/api/tasks/report/resume', asJson({}))).status).toBe(403);
    expect(await operator.actions('report')).toEqual([]);
  });

  test('until a late answer of authorize comes', async () => {
    const gate = new Gate();
    authorize = async () => {
      await gate.opened;
      return false;
    };
    const asked = served.ask('/task-lock');
    gate.open();
    expect((await asked).status).toBe(403);
  });

  test('to the action of a client that has left before authorize answered', async () => {
    const gate = new Gate();
    const asked = new Gate();
    let left: Promise<unknown> | undefined;
    authorize = async (request) => {
      const incoming = ('raw' in request ? request['raw'] : request) as IncomingMessage;
      left = once(incoming.socket, 'close');
      asked.open();
      await gate.opened;
      return ANA;
    };
    const sent = plainRequest({
      port: served.port,
      host: '127.0.0.1',
      path: '/task-lock/api/tasks/report/resume',
      method: 'POST',
    });
    sent.setHeader('content-type', 'application/json').on('error', () => undefined);
    sent.end('{}');
    await asked.opened;
    sent.destroy();
    await left;
    gate.open();
    // An answer of the memory store takes no longer than this.
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(await operator.actions('report')).toEqual([]);
  });

  test.each([
    ['another site', asForm({ action: 'resume', name: 'report' }, { 'sec-fetch-site': 'cross-site' })],
    [
      'no browser, as a form',
      { method: 'POST', body: new URLSearchParams({ action: 'resume', name: 'report' }) },
    ],
    [
      'a sandbox',
      { method: 'POST', body: new URLSearchParams({ action: 'resume' }), headers: { origin: 'null' } },
    ],
  ])('to actions from %s', async (_, init) => {
    const response = await served.ask('/task-lock/act', init);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('This did not come from the page itself.');
    const api = await served.ask('/task-lock/api/tasks/report/resume', { ...init, body: '{}' });
    expect(api.status).toBe(403);
    expect(await operator.actions('report')).toEqual([]);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'to a %s that would act',
    async (method) => {
      for (const path of ['/task-lock/act?action=resume&name=report', '/task-lock/api/tasks/report/resume'])
        expect((await served.ask(path, { method })).status).not.toBe(500);
      expect(await operator.actions('report')).toEqual([]);
    },
  );

  test('to actions that the user may not do', async () => {
    authorize = () => ({ user: 'ben', canOperate: ['pause'] });
    const page = await (await served.ask('/task-lock/task?name=report')).text();
    expect(page).toContain('action=pause');
    expect(page).not.toContain('action=trigger');
    expect((await served.ask('/task-lock/confirm?action=trigger&name=report')).status).toBe(403);
    expect((await served.ask('/task-lock/act', asForm({ action: 'trigger', name: 'report' }))).status).toBe(
      403,
    );
    const response = await served.ask('/task-lock/api/tasks/report/trigger', asJson({}));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: 'ben may not trigger here.' });
    expect(await operator.actions('report')).toEqual([]);
  });

  test('to frames, caches and scripts of others', async () => {
    for (const path of [...PATHS, '/task-lock/api/tasks/none']) {
      const { headers } = await served.ask(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none'; (?!.*unsafe)/),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      });
    }
  });

  test('while the database does not answer, says so, and opens again by itself', async () => {
    const down = new LockStoreUnavailableError('the connection was refused at 10.0.0.7', true);
    jest.spyOn(store.operator, 'tasks').mockRejectedValue(down);
    jest.spyOn(store.operator, 'resume').mockRejectedValue(down);
    const page = await served.ask('/task-lock');
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5']);
    const text = await page.text();
    expect(text).toContain('The database does not answer');
    expect(text).toMatch(/http-equiv="?refresh/);
    expect(text).not.toContain('10.0.0.7');
    const api = await served.ask('/task-lock/api/tasks');
    expect([api.status, api.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await api.json()).toMatchObject({
      type: 'urn:problem-type:task-lock:unavailable',
      status: 503,
      detail: 'The database does not answer. Nothing can be shown until it does.',
    });
    const act = await served.ask('/task-lock/act', asForm({ action: 'resume', name: '*' }));
    expect(act.status).toBe(503);
    const answer = await act.text();
    expect(answer).toContain('may have been done');
    expect(answer).not.toMatch(/http-equiv="?refresh/);
    jest.restoreAllMocks();
    expect((await served.ask('/task-lock')).status).toBe(200);
  });

  test('to what an unknown error says, which the log has', async () => {
    jest.spyOn(store.operator, 'tasks').mockRejectedValue(new Error('password is hunter2'));
    const page = await served.ask('/task-lock');
    jest.restoreAllMocks();
    expect(page.status).toBe(500);
    expect(await page.text()).not.toContain('hunter2');
    expect(log.errors).toEqual([expect.stringContaining('hunter2')]);
  });
});

test('two dashboards on one path are a start-up error', async () => {
  const [one, other] = ['ops', '/OPS/'].map((path) =>
    TaskLockDashboardModule.forRoot({ path, authorize: () => false }),
  );
  await expect(startApplication({ imports: [one!, other!] })).rejects.toThrow(
    "two dashboards lie at 'ops': give one of them another path.",
  );
});

test('a dashboard below another one is a start-up error: its pages would be those of both', async () => {
  const [one, other] = ['ops', 'Ops/admin'].map((path) =>
    TaskLockDashboardModule.forRoot({ path, authorize: () => false }),
  );
  await expect(startApplication({ imports: [one!, other!] })).rejects.toThrow(
    "the dashboard at 'Ops/admin' lies below the one at 'ops'",
  );
});

describe('two applications in one process', () => {
  const served: Awaited<ReturnType<typeof serveDashboard>>[] = [];
  afterEach(async () => {
    for (const { application } of served.splice(0)) await application.close();
  });

  async function serve(name: string, user: string) {
    const application = await serveDashboard({
      platform: 'Express',
      providers: [Jobs],
      options: { store: new InMemoryLockStore(), application: name },
      dashboards: [
        { authorize: ({ headers }) => headers['x-user'] === user && { user, canOperate: true as const } },
      ],
    });
    served.push(application);
    const operator = application.application.get(TaskLockOperator);
    await until(async () => (await operator.tasks()).total === 1);
    return async (visitor: string) => {
      const answer = await application.ask('/task-lock/api/tasks', { headers: { 'x-user': visitor } });
      if (answer.status !== 200) return answer.status;
      return ((await answer.json()) as Page<TaskState>).items.map(({ name }) => name);
    };
  }

  test('have a page each, of their own tasks and for their own people', async () => {
    const [shop, depot] = [await serve('shop', 'ana'), await serve('depot', 'ben')];
    expect(await shop('ana')).toEqual(['shop/report']);
    expect(await depot('ben')).toEqual(['depot/report']);
    expect([await shop('ben'), await depot('ana')]).toEqual([403, 403]);
  });
});

test('a dashboard that nobody looks at asks the store nothing', async () => {
  const store = new InMemoryLockStore();
  const asked: string[] = [];
  const operator = new Proxy(store.operator, {
    get: (target, name, receiver) => {
      asked.push(String(name));
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  Object.assign(store, { operator });
  const dashboard = TaskLockDashboardModule.forRoot({ authorize: () => false });
  await startApplication({ imports: [dashboard], options: { store } });
  expect(asked.filter((name) => name !== 'prepare')).toEqual([]);
});
