// Express and Fastify.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Controller, Inject, Module, Post, Scope } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TaskLock } from 'nestjs-task-lock';
import { closeDuringRun } from '../close-during-run.js';
import { lockImports } from '../lock-imports.js';
import { OtherReplica } from '../other-replica.js';
import { work } from '../work.js';

@Controller()
class ExportsController {
  @Post('skip')
  @TaskLock('skip')
  skip() {
    return work();
  }

  @TaskLock('throw', undefined, { overlap: 'throw' })
  @Post('throw')
  throw() {
    return work();
  }
}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
class ScopedController {
  constructor(@Inject(REQUEST) private readonly request: { url: string }) {}

  @Post()
  @TaskLock('scoped')
  async scoped() {
    return `${await work()} for ${this.request.url}`;
  }
}

@Module({ imports: lockImports(), controllers: [ExportsController, ScopedController] })
class ApplicationModule {}

const ADAPTERS = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

for (const [name, adapter] of Object.entries(ADAPTERS)) {
  describe(name, () => {
    let application: INestApplication;
    let other: OtherReplica;
    before(async () => {
      other = await OtherReplica.start();
      application = await NestFactory.create(ApplicationModule, adapter(), {
        logger: ['warn'],
        abortOnError: false,
      });
      await application.listen(0, '127.0.0.1');
    });
    after(() => other.close());

    async function post(path: string): Promise<{ status: number; body: string }> {
      const response = await fetch(`${await application.getUrl()}/${path}`, { method: 'POST' });
      return { status: response.status, body: await response.text() };
    }

    test(`${name}: a route runs under its lock`, async () => {
      assert.deepEqual(await post('skip'), { status: 201, body: 'ran skip' });
    });

    test(`${name}: a skipped call is an empty answer with the status of success`, async () => {
      assert.deepEqual(await other.whileHeld('skip', () => post('skip')), { status: 201, body: '' });
    });

    test(`${name}: with overlap throw, a held lock is an error 500 without a filter`, async () => {
      const { status } = await other.whileHeld('throw', () => post('throw'));
      assert.equal(status, 500);
    });

    test(`${name}: a controller of a request runs under its lock`, async () => {
      assert.deepEqual(await post('scoped'), { status: 201, body: 'ran scoped for /scoped' });
    });

    test(`${name}: a shutdown waits for the run, and the caller gets its answer`, async () => {
      const answer = await closeDuringRun(application, other, 'skip', () => post('skip'));
      assert.deepEqual(answer, { value: { status: 201, body: 'ran skip' } });
    });
  });
}
