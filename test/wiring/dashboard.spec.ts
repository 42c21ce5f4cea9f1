import { createServer, request as proxied } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BadRequestException, Injectable, VersioningType } from '@nestjs/common';
import type {
  CallHandler,
  CanActivate,
  ExecutionContext,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { map, of, tap } from 'rxjs';
import type { Observable } from 'rxjs';
import { TaskLock, TaskLockOperator } from '../../src/index.js';
import { YEARLY } from '../support/application.js';
import { asForm, asJson, PLATFORMS, serveDashboard } from '../support/dashboard.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { until } from '../support/until.js';

const NASTY = '<b>"\'&\r\n\u202e/%2e';

@Injectable()
class Jobs {
  static gate = new Gate();

  constructor(private readonly journal: Journal) {}

  @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
  @TaskLock('shop/yearly')
  async yearly(): Promise<void> {}

  @TaskLock('report')
  async report(): Promise<void> {
    this.journal.write();
    await Jobs.gate.opened;
  }

  @TaskLock(NASTY)
  async nasty(): Promise<void> {
    throw new Error('<script>alert(1)</script>');
  }
}

/** What an application may have around every controller. */
class Counted implements CanActivate {
  static seen: string[] = [];

  canActivate(context: ExecutionContext): boolean {
    Counted.seen.push(context.getClass().name);
    return true;
  }
}

class Cached implements NestInterceptor {
  private readonly answers = new Map<string, unknown>();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { url, method } = context.switchToHttp().getRequest<{ url: string; method: string }>();
    if (method === 'GET' && this.answers.has(url)) return of(this.answers.get(url));
    return next.handle().pipe(tap((answer) => void this.answers.set(url, answer)));
  }
}

class Wrapped implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

class RefusesAll implements PipeTransform {
  transform(): never {
    throw new BadRequestException('no DTO allows this');
  }
}

type Served = Awaited<ReturnType<typeof serveDashboard>>;

describe.each(PLATFORMS)(
  'the page on %s, behind prefix, versions, guard, cache, envelope and pipes',
  (platform) => {
    let served: Served;
    let operator: TaskLockOperator;
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      served.ask(`/v0/task-lock${path}`, init);
    const textOf = async (path: string): Promise<string> => (await ask(path)).text();

    beforeAll(async () => {
      Jobs.gate = new Gate();
      served = await serveDashboard({
        platform,
        providers: [Jobs, Journal],
        dashboards: [{ title: 'The shop' }, { path: '/watch/tasks/', readOnly: true }],
        prepare: (application) =>
          application
            .setGlobalPrefix('v0')
            .enableVersioning({ type: VersioningType.URI, defaultVersion: '1' })
            .useGlobalGuards(new Counted())
            .useGlobalInterceptors(new Cached(), new Wrapped())
            .useGlobalPipes(new RefusesAll()),
      });
      operator = served.application.get(TaskLockOperator);
      await until(async () => (await operator.tasks()).total === 3);
    });
    afterAll(async () => {
      Jobs.gate.open();
      await served.application.close();
    });

    test.each(['', '/'])('lies at its path with %j behind it, also the second time', async (slash) => {
      for (let time = 1; time <= 2; time++) {
        const response = await ask(slash);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
        expect(await response.text()).toMatch(/^<!doctype html>[^]*<h1>Tasks<\/h1>[^]*shop\/yearly/);
      }
      expect(Counted.seen).toContain('TaskLockPages');
    });

    test('answers HEAD as GET, without a body', async () => {
      const response = await ask('', { method: 'HEAD' });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    });

    test('filters by state and counts all', async () => {
      expect(await textOf('?state=died')).not.toContain('shop/yearly');
      expect(await textOf('?state=idle')).toContain('shop/yearly');
    });

    test('shows a task whose name has slashes', async () => {
      expect(await textOf('/task?name=shop%2Fyearly')).toContain('Jobs.yearly');
    });

    test.each(['/nothing', '/act'])('has no page at %s for a GET', async (path) => {
      const response = await ask(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('There is no such page');
    });

    test.each([
      [
        '?state=late',
        'state must be one of idle, running, paused, overdue, died, undeclared; it is &#39;late&#39;.',
      ],
      ['?page=0', 'page must be a whole number from 1 on; it is &#39;0&#39;.'],
      ['?page=1&page=2', 'The query parameter page is given twice: give it once.'],
      ['?pages=1', 'The query parameter &#39;pages&#39; is unknown: expected state, page.'],
      ['/task', 'The query parameter name is missing: it names the task.'],
      [
        '/confirm?action=explode&name=report',
        'action must be one of pause, resume, trigger, cancel, release, forget',
      ],
      ['/confirm?action=trigger&name=*', 'names all tasks, which only a pause or a resume can mean.'],
    ])('says of %s what was expected', async (path, expected) => {
      const response = await ask(path);
      expect(response.status).toBe(400);
      expect(entities(await response.text())).toContain(entities(expected));
    });

    test('says of an unknown task which names are near', async () => {
      const response = await ask('/task?name=yearly');
      expect(response.status).toBe(404);
      expect(entities(await response.text())).toContain(
        `No task is called 'yearly': did you mean 'shop/yearly'?`,
      );
    });

    describe('its API', () => {
      test.each([
        ['/tasks', () => operator.tasks()],
        ['/tasks/shop%2Fyearly', () => operator.task('shop/yearly')],
        ['/tasks/shop%2fyearly/runs?limit=2&outcome=failed,died', () => operator.runs('shop/yearly')],
        ['/tasks/shop%2Fyearly/ticks?last=3', () => operator.ticks('shop/yearly', { last: 3 })],
        ['/tasks/report/explain', () => operator.explain('report')],
        ['/tasks/report/actions', () => operator.actions('report')],
        [`/tasks/${encodeURIComponent(NASTY)}`, () => operator.task(NASTY)],
      ])('answers %s as the service does', async (path, expected) => {
        const response = await ask(`/api${path}`);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(withoutTimes(await response.json())).toEqual(withoutTimes(await expected()));
      });

      test('answers a name that is longer than what Fastify routes with problem details, too', async () => {
        const response = await ask(`/api/tasks/${'x'.repeat(101)}`);
        expect(response.status).toBe(404);
        expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      });

      test.each([
        [
          '/tasks/reprot',
          404,
          'unknown-task',
          `No task is called 'reprot': did you mean 'report'?`,
          ['report'],
        ],
        ['/tasks/..%2f..%2fetc', 404, 'unknown-task', `No task is called '../../etc'.`, []],
        ['/tasks/%00', 404, 'unknown-task', `No task is called '\0'.`, []],
        ['/tasks/report/nothing', 404, 'unknown-path', 'openapi.json lists what does', undefined],
        ['/tasks?page=x', 400, 'bad-input', `page must be a whole number from 1 on; it is 'x'.`, undefined],
        ['/tasks/report?by=me', 400, 'bad-input', `'by' is unknown: expected none.`, undefined],
        [
          '/tasks/report/runs?outcome=fine',
          400,
          'bad-input',
          `outcome must be one of succeeded, failed`,
          undefined,
        ],
        [
          '/tasks/report/runs?key=%00',
          400,
          'bad-input',
          'key must not contain the NUL character.',
          undefined,
        ],
        ['/tasks/report/ticks?last=2&from=x', 400, 'bad-input', 'Give last, or from and to', undefined],
        [
          '/tasks/report/ticks?from=2026',
          400,
          'bad-input',
          `like '2026-03-01T12:00:00Z'; it is '2026'.`,
          undefined,
        ],
        ['/triggers/7x', 404, 'unknown-trigger', `id names no trigger: '7x'`, undefined],
        ['', 404, 'unknown-path', 'openapi.json lists what does', undefined],
      ])('answers %s with problem details', async (path, status, kind, detail, nearest) => {
        const response = await ask(`/api${path}`);
        expect(response.status).toBe(status);
        expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        const problem = (await response.json()) as Record<string, unknown>;
        expect(problem).toMatchObject({
          type: `urn:problem-type:task-lock:${kind}`,
          title: status === 404 ? 'Not Found' : 'Bad Request',
          status,
          detail: expect.stringContaining(detail),
        });
        expect(problem['nearest']).toEqual(nearest);
      });

      test('refuses an address that cannot be read', async () => {
        expect((await ask('/api/tasks/%zz')).status).toBe(400);
      });

      test.each([
        [
          '/tasks/report/cancel',
          { fence: '1', reason: 'x', by: 'eve' },
          400,
          `'by' is unknown: expected fence, key, reason`,
        ],
        [
          '/tasks/report/release',
          { fence: '1', now: true },
          400,
          `'now' is unknown: expected fence, key, reason, force`,
        ],
        ['/tasks/report/release', { fence: '1', force: 'yes' }, 400, 'force must be true or false.'],
        ['/tasks/report/cancel', { fence: 1, reason: 'x' }, 400, 'fence must be a text.'],
        ['/tasks/report/cancel', { reason: 'x' }, 400, 'fence is missing: send that of the run that you saw'],
        ['/tasks/report/cancel', { fence: '1' }, 400, 'reason is missing: who looks later must know why.'],
        [
          '/tasks/report/cancel',
          { fence: 'x', reason: 'x' },
          400,
          'fence must be the number of the run that you saw',
        ],
        ['/tasks/report/trigger', { args: {} }, 400, 'args must be an array with one element an argument.'],
        ['/tasks/report/explode', {}, 404, 'openapi.json lists what does'],
        ['/forget', {}, 404, 'openapi.json lists what does'],
        ['/tasks/reprot/resume', {}, 404, `did you mean 'report'?`],
        ['/tasks/report/cancel', { fence: '1', reason: 'x' }, 409, 'nothing has run yet'],
      ])('refuses %s with %j', async (path, body, status, detail) => {
        const response = await ask(`/api${path}`, asJson(body));
        expect(response.status).toBe(status);
        expect(await response.json()).toMatchObject({
          status,
          detail: expect.stringMatching(escaped(detail)),
        });
      });

      test('takes no other body than JSON', async () => {
        const response = await ask('/api/tasks/report/resume', asForm({}));
        expect(response.status).toBe(415);
        expect(await response.json()).toMatchObject({
          detail: expect.stringContaining('must be application/json'),
        });
      });

      test('is described by an OpenAPI document, and answers as that says', async () => {
        const document = (await (await ask('/api/openapi.json')).json()) as Record<string, unknown>;
        expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
        const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'api');
        const conforms = (schema: string, value: unknown): void => {
          const validate = ajv.compile({ $ref: `api#/components/schemas/${schema}` });
          validate(value);
          expect(validate.errors).toBeNull();
        };
        const get = async (path: string): Promise<unknown> => (await ask(`/api${path}`)).json();
        const post = async (path: string, body: object): Promise<unknown> =>
          (await ask(`/api${path}`, asJson(body))).json();
        const list = async (path: string, schema: string): Promise<void> => {
          for (const each of (await get(path)) as unknown[]) conforms(schema, each);
        };
        const trigger = (await post(`/tasks/${encodeURIComponent(NASTY)}/trigger`, {})) as { id: string };
        conforms('TriggerState', trigger);
        await until(
          async () => ((await get(`/triggers/${trigger.id}`)) as { status: string }).status === 'executed',
        );
        conforms('TriggerState', await get(`/triggers/${trigger.id}`));
        conforms(
          'PauseAnswer',
          await post('/pause', { reason: 'a deployment', until: '2999-01-01T00:00:00Z' }),
        );
        conforms('TaskPage', await get('/tasks'));
        conforms('TaskState', await get('/tasks/report'));
        conforms('Explanation', await get('/tasks/report/explain'));
        conforms('ResumeAnswer', await post('/resume', {}));
        await list(`/tasks/${encodeURIComponent(NASTY)}/runs`, 'RunState');
        await list('/tasks/shop%2Fyearly/ticks', 'TickState');
        await list('/tasks/report/actions', 'ActionState');
        conforms('Problem', await get('/tasks/reprot'));
        conforms('Problem', await post('/tasks/report/cancel', { fence: '1', reason: 'x' }));
        const paths = Object.keys(document['paths'] as object);
        expect(paths).toContain('/tasks/{name}/forget');
        const readOnly = (await (await served.ask('/v0/watch/tasks/api/openapi.json')).json()) as {
          paths: object;
        };
        expect(Object.keys(readOnly.paths)).toEqual(
          paths.filter((each) => !/pause|resume|trigger$|cancel|release|forget/.test(each)),
        );
      });
    });

    describe('its forms', () => {
      test('trigger a run without waiting for its end, and lead to what has become of it', async () => {
        const confirm = await textOf('/confirm?action=trigger&name=report');
        expect(confirm).toMatch(/action="?\.\/act/);
        const response = await ask('/act', asForm({ action: 'trigger', name: 'report', reason: '' }));
        expect(response.status).toBe(303);
        const location = response.headers.get('location')!;
        expect(location).toMatch(/^\.\/task\?name=report&trigger=\d+$/);
        await served.application.get(Journal).first('report');
        expect((await operator.task('report')).state).toBe('running');
        expect(await textOf(location.slice(1))).toContain('report');
        const [act] = await operator.actions('report');
        expect(act).toMatchObject({ action: 'trigger', by: 'ana' });
      });

      test('cancel and release the run that was seen, with who acted written down', async () => {
        const { running } = await operator.task('report');
        const { fence } = running!;
        const form = { name: 'report', fence, reason: 'it hangs' };
        const refused = await ask('/act', asForm({ ...form, action: 'cancel', fence: '7' }));
        expect(refused.status).toBe(409);
        expect(await refused.text()).toContain('You saw the run with fence 7');
        const cancelled = await ask('/act', asForm({ ...form, action: 'cancel' }));
        expect(cancelled.status).toBe(200);
        expect(await cancelled.text()).toContain('was asked to stop');
        const alive = await ask('/act', asForm({ ...form, action: 'release' }));
        expect(alive.status).toBe(409);
        expect(await alive.text()).toMatch(/href="?\.\/task\?name=report[" >]/);
        const released = await ask('/act', asForm({ ...form, action: 'release', force: '1' }));
        expect(await released.text()).toContain('The lock is free at');
        const acts = (await operator.actions('report')).filter((each) => each.fence === fence);
        expect(acts.map(({ action, by, answer }) => [action, by, answer])).toEqual([
          ['release', 'ana', 'released by force'],
          ['release', 'ana', 'alive'],
          ['cancel', 'ana', 'cancelled'],
          ['trigger', 'ana', null],
        ]);
        Jobs.gate.open();
      });

      test('pause for a length of time, or until a time in UTC, and resume', async () => {
        const pause = async (fields: Record<string, string>): Promise<string | null> => {
          const form = asForm({ action: 'pause', name: 'shop/yearly', reason: 'a deployment', ...fields });
          const response = await ask('/act', form);
          expect(response.status).toBe(200);
          expect(entities(await response.text())).toContain('shop/yearly is paused');
          return (await operator.task('shop/yearly')).paused!.until;
        };
        const [forHours, untilThen] = [
          await pause({ for: '2h', until: '' }),
          await pause({ for: 'until', until: '2999-01-01T06:00' }),
        ];
        expect(Date.parse(forHours!)).toBeGreaterThan(Date.now() + 7_100_000);
        expect(untilThen).toBe('2999-01-01T06:00:00.000Z');
        const resumed = await ask('/act', asForm({ action: 'resume', name: 'shop/yearly' }));
        expect(entities(await resumed.text())).toContain('shop/yearly was resumed');
        expect((await operator.task('shop/yearly')).paused).toBeNull();
      });

      test('keep the line breaks of a name, which a browser changes in a field', async () => {
        const crlf = NASTY.replace(/\r\n|\r|\n/g, '\r\n');
        const query = `name=${encodeURIComponent(NASTY)}`;
        const response = await ask(`/act?${query}`, asForm({ action: 'resume', name: crlf }));
        expect(response.status).toBe(200);
      });

      test('say of an unknown field what was expected', async () => {
        const response = await ask('/act', asForm({ action: 'resume', name: 'report', by: 'eve' }));
        expect(response.status).toBe(400);
        expect(entities(await response.text())).toContain(`The field 'by' is unknown: expected action, name`);
      });
    });

    test('shows no trigger of another task, whatever a link says', async () => {
      const trigger = (await operator.actions(NASTY)).find(({ action }) => action === 'trigger');
      const plain = withoutNow(await textOf('/task?name=report'));
      expect(withoutNow(await textOf(`/task?name=report&trigger=${trigger!.id}`))).toBe(plain);
      expect(withoutNow(await textOf('/task?name=report&trigger=gone'))).toBe(plain);
    });

    test('escapes names and errors', async () => {
      const page = await textOf(`/task?name=${encodeURIComponent(NASTY)}`);
      expect(page).toContain('&lt;script&gt;alert(1)');
      expect(page).not.toMatch(/<b>"|<script>alert/);
    });

    test.each(['', '/'])(
      'has links and forms that work behind a proxy that strips a prefix, from the list with %j',
      async (slash) => {
        const proxy = await proxyTo(served.port, '/deep/down', '/v0');
        try {
          const followed = await pagesFrom(`${proxy.origin}/deep/down/task-lock${slash}`);
          expect(followed).toEqual(expect.arrayContaining(['task', 'confirm', 'act']));
        } finally {
          await proxy.close();
        }
      },
    );

    describe('that is read-only', () => {
      test('shows all and offers nothing', async () => {
        const page = await (await served.ask('/v0/watch/tasks/task?name=report')).text();
        expect(page).toContain('report');
        expect(page).not.toMatch(/confirm\?|<form/);
      });

      test.each([
        ['/act', asForm({ action: 'resume', name: 'report' })],
        ['/api/tasks/report/resume', asJson({})],
        ['/api/resume', asJson({})],
        ['/confirm?action=resume&name=report', {}],
      ])('has no %s', async (path, init) => {
        expect((await served.ask(`/v0/watch/tasks${path}`, init)).status).toBe(404);
      });
    });
  },
);

/** Each kind of page that was reached by following links, and by posting forms that resume. */
async function pagesFrom(start: string): Promise<string[]> {
  const kinds = new Set<string>();
  const seen = new Set<string>();
  const left = [start];
  for (let address = left.pop(); address !== undefined; address = left.pop()) {
    if (seen.has(address)) continue;
    seen.add(address);
    const response = await fetch(address);
    expect([address, response.status]).toEqual([address, 200]);
    const page = await response.text();
    const kind = new URL(address).pathname.split('/').pop()!;
    kinds.add(kind);
    for (const [, href] of page.matchAll(/href="?([^" >]*)/g)) {
      const link = new URL(entities(href!), address);
      if (link.hash === '' && !/action=(trigger|forget)/.test(link.search)) left.push(link.href);
    }
    for (const [, action] of page.matchAll(/<form method="?post"? action="?([^" >]*)/g)) {
      const act = new URL(entities(action!), address);
      const answer = await fetch(act, asForm({ action: 'resume', name: 'report' }));
      expect([act.href, answer.status]).toEqual([act.href, 200]);
      kinds.add(act.pathname.split('/').pop()!);
    }
  }
  return [...kinds];
}

/** A proxy that puts one prefix in the place of another. */
async function proxyTo(port: number, prefix: string, instead: string) {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url!.replace(prefix, instead);
    const { method, headers } = incoming;
    const passed = proxied({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { origin, close };
}

function entities(html: string): string {
  const texts: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => texts[name]!);
}

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
}

/** Two answers are some milliseconds apart. */
function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')) as unknown;
}

function withoutNow(page: string): string {
  return page.replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?|\d+(\.\d+)? ?(ms|s|m|h)\b/g, '');
}
