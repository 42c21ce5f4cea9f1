import type { Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Cron, SchedulerRegistry } from '@nestjs/schedule';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { buildApplication, THIS_JANUARY, YEARLY } from '../support/application.js';
import { enhancers, Enveloped, ForSecretBearers, TeapotFilter, Timed } from '../support/http-enhancers.js';
import { Gate } from '../support/gate.js';
import { Journal } from '../support/journal.js';
import { PlainSpan } from '../support/span-decorators.js';

const january = (name: string) => Cron(YEARLY, { name, timeZone: 'UTC', waitForCompletion: true });

@Controller('reports')
@UseInterceptors(Enveloped)
class ReportsController {
  static gate?: Gate;

  constructor(
    private readonly journal: Journal,
    private readonly scheduler: SchedulerRegistry,
  ) {}

  @Post(':year')
  @HttpCode(202)
  @UseGuards(ForSecretBearers)
  @UseInterceptors(Timed)
  @TaskLock('enhanced')
  async enhanced(
    @Param('year', ParseIntPipe) year: number,
    @Query('kind') kind: string,
    @Body() body: { pages: number },
  ): Promise<unknown> {
    this.journal.write();
    return { year, kind, pages: body.pages };
  }

  @TaskLock('lock above')
  @Get('lock-above/:year')
  @UseGuards(ForSecretBearers)
  async lockAbove(@Param('year', ParseIntPipe) year: number): Promise<number> {
    this.journal.write();
    return year;
  }

  @Get('failing')
  @UseFilters(TeapotFilter)
  @TaskLock('failing')
  async failing(): Promise<void> {
    throw new RangeError('too much');
  }

  @Get('slow')
  @TaskLock('slow')
  async slow(): Promise<string> {
    this.journal.write();
    await ReportsController.gate?.opened;
    return 'done';
  }

  @Get('yearly')
  @january('yearly')
  @TaskLock('yearly')
  async yearly(): Promise<string> {
    this.journal.write();
    return 'report';
  }

  @Get('traced')
  @january('traced')
  @PlainSpan()
  @TaskLock('traced')
  async traced(): Promise<string> {
    this.journal.write();
    return 'report';
  }

  /** What it sets off happens in the context of its request. */
  @Post('fire/now')
  async fireNow(): Promise<void> {
    await this.scheduler.getCronJob('yearly').fireOnTick();
  }
}

describe('a controller', () => {
  let store: InMemoryLockStore;
  let application: INestApplication;
  let url: string;
  let journal: Journal;

  beforeAll(async () => {
    store = new InMemoryLockStore();
    const module = await buildApplication({
      controllers: [ReportsController],
      providers: [Journal, ForSecretBearers],
      options: { store },
    }).compile();
    application = module.createNestApplication();
    await application.listen(0, '127.0.0.1');
    // Else a connection that a slow machine leaves idle for 5 s is closed under the next request.
    (application.getHttpServer() as Server).keepAliveTimeout = 60_000;
    url = await application.getUrl();
    journal = application.get(Journal);
  });
  afterAll(() => application.close());
  beforeEach(() => {
    enhancers.length = 0;
  });

  const authorization = { authorization: 'secret' };

  test('has its guards, pipes, interceptors and status around the lock', async () => {
    const headers = { ...authorization, 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify({ pages: 3 }) };
    const response = await fetch(`${url}/reports/2026?kind=short`, request);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ data: { year: 2026, kind: 'short', pages: 3 } });
    expect(enhancers).toEqual(['guard of enhanced', 'interceptor of enhanced']);
    expect(journal.of('enhanced')).toHaveLength(1);
  });

  test.each(['reports/2026', 'reports/lock-above/2026'])(
    'claims nothing for a request that a guard refuses: %s',
    async (path) => {
      const before = journal.of().length;
      const method = path.includes('above') ? 'GET' : 'POST';
      expect((await fetch(`${url}/${path}`, { method })).status).toBe(403);
      expect(journal.of()).toHaveLength(before);
      expect(store.row('lock above')?.fence).toBe(0n);
    },
  );

  test('claims nothing for a request that a pipe refuses', async () => {
    const response = await fetch(`${url}/reports/lock-above/x`, { headers: authorization });
    expect(response.status).toBe(400);
    expect(store.row('lock above')?.fence).toBe(0n);
  });

  test('finds its routes also where @TaskLock stands above them', async () => {
    const response = await fetch(`${url}/reports/lock-above/2026`, { headers: authorization });
    expect(await response.json()).toEqual({ data: 2026 });
    expect(journal.of('lock above')).toHaveLength(1);
  });

  test('hands the errors of the method to its filters', async () => {
    const response = await fetch(`${url}/reports/failing`);
    expect(response.status).toBe(418);
    expect(await response.text()).toBe('RangeError: too much');
    expect(store.row('failing')?.outcome).toBe('failed');
  });

  test('answers nothing to a request that is skipped, and locks once a request', async () => {
    ReportsController.gate = new Gate();
    const first = fetch(`${url}/reports/slow`);
    await journal.first('slow');
    const second = await fetch(`${url}/reports/slow`);
    expect([second.status, await second.json()]).toEqual([200, {}]);
    ReportsController.gate.open();
    expect(await (await first).json()).toEqual({ data: 'done' });
    expect(journal.of('slow')).toHaveLength(1);
  });

  test.each(['yearly', 'traced'])(
    'takes a request to a scheduled method for a direct call: %s',
    async (name) => {
      for (let request = 1; request <= 2; request++) {
        expect(await (await fetch(`${url}/reports/${name}`)).json()).toEqual({ data: 'report' });
      }
      expect(store.row(name)?.lastTick).toBe(-Infinity);
      await application.get(SchedulerRegistry).getCronJob(name).fireOnTick();
      expect(store.row(name)?.lastTick).toBe(THIS_JANUARY);
      expect(await (await fetch(`${url}/reports/${name}`)).json()).toEqual({ data: 'report' });
      expect(journal.of(name)).toHaveLength(4);
    },
  );

  test('takes a timer that a request to another method sets off for a tick', async () => {
    await application.get(SchedulerRegistry).getCronJob('yearly').fireOnTick();
    const before = journal.of('yearly').length;
    await fetch(`${url}/reports/fire/now`, { method: 'POST' });
    expect(journal.of('yearly')).toHaveLength(before);
  });

  test('never runs without its lock', () => {
    expect(journal.unlocked).toBe(0);
  });
});
