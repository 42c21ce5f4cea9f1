// A microservice over TCP, by itself and in a hybrid application.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Controller, Get, Inject, Module, Scope } from '@nestjs/common';
import type { INestApplication, INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientTCP, CONTEXT, EventPattern, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import type { MicroserviceOptions, RequestContext } from '@nestjs/microservices';
import { TaskLock } from 'nestjs-task-lock';
import { EmptyError, lastValueFrom, toArray } from 'rxjs';
import { answerTo, closeDuringRun } from '../close-during-run.js';
import { lockImports } from '../lock-imports.js';
import { OtherReplica } from '../other-replica.js';
import { freePort, startProcess } from '../sigterm.js';
import { holdNextRun, work } from '../work.js';

const seen: string[] = [];

@Controller()
class ExportsController {
  @MessagePattern('skip')
  @TaskLock('skip')
  skip(@Payload() id: number) {
    return work().then((value) => `${value} ${id}`);
  }

  @TaskLock('throw', undefined, { overlap: 'throw' })
  @MessagePattern('throw')
  throw() {
    return work();
  }

  @EventPattern('saved')
  @TaskLock('saved')
  async saved(@Payload() id: number) {
    seen.push(`${await work()} ${id}`);
  }

  @EventPattern('refused')
  @TaskLock('refused', undefined, { overlap: 'throw' })
  async refused(@Payload() id: number) {
    seen.push(`${await work()} ${id}`);
  }

  @Get('skip')
  @TaskLock('route')
  route() {
    return work();
  }
}

@Controller({ scope: Scope.REQUEST })
class ScopedController {
  constructor(@Inject(CONTEXT) private readonly context: RequestContext<number>) {}

  @MessagePattern('scoped')
  @TaskLock('scoped')
  async scoped() {
    return `${await work()} for ${this.context.getData()}`;
  }
}

@Module({ imports: lockImports(), controllers: [ExportsController, ScopedController] })
class ApplicationModule {}

const OPTIONS = { logger: ['warn' as const], abortOnError: false };

/** Each kind of application starts with its microservice on a port. */
const KINDS: Record<string, (options: MicroserviceOptions) => Promise<INestMicroservice | INestApplication>> =
  {
    microservice: async (options) => {
      const service = await NestFactory.createMicroservice<MicroserviceOptions>(ApplicationModule, {
        ...options,
        ...OPTIONS,
      });
      await service.listen();
      return service;
    },
    'hybrid application': async (options) => {
      const application = await NestFactory.create(ApplicationModule, OPTIONS);
      application.connectMicroservice<MicroserviceOptions>(options);
      await application.startAllMicroservices();
      await application.listen(0, '127.0.0.1');
      return application;
    },
  };

for (const [name, start] of Object.entries(KINDS)) {
  describe(name, () => {
    let application: INestMicroservice | INestApplication;
    let other: OtherReplica;
    let client: ClientTCP;
    before(async () => {
      other = await OtherReplica.start();
      const port = await freePort();
      application = await start({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
      client = new ClientTCP({ host: '127.0.0.1', port });
      await client.connect();
    });
    after(async () => {
      await client.close();
      await other.close();
    });

    const send = (pattern: string): Promise<unknown[]> =>
      lastValueFrom(client.send<unknown>(pattern, 7).pipe(toArray()));

    test(`${name}: a message handler runs under its lock`, async () => {
      assert.deepEqual(await send('skip'), ['ran skip 7']);
    });

    test(`${name}: a skipped message is an answer without a value, at which lastValueFrom throws`, async () => {
      assert.deepEqual(await other.whileHeld('skip', () => send('skip')), []);
      const last = () => lastValueFrom(client.send<unknown>('skip', 7));
      await assert.rejects(other.whileHeld('skip', last), EmptyError);
    });

    test(`${name}: with overlap throw, a held lock is the error that Nest makes of any unknown one`, async () => {
      const answer = await other.whileHeld('throw', () => answerTo(send('throw')));
      assert.deepEqual(answer, { error: { status: 'error', message: 'Internal server error' } });
    });

    test(`${name}: an event handler runs under its lock`, async () => {
      const { reached, open } = holdNextRun();
      await lastValueFrom(client.emit('saved', 8), { defaultValue: undefined });
      await reached;
      assert.equal((await other.row('saved'))?.running, true);
      open();
      // Answered after the event: both go through one connection.
      await send('skip');
      assert.deepEqual(seen.splice(0), ['ran saved 8']);
    });

    for (const event of ['saved', 'refused']) {
      test(`${name}: an event that is skipped (${event}) is lost, and nobody is told`, async () => {
        await other.whileHeld(event, async () => {
          await lastValueFrom(client.emit(event, 9), { defaultValue: undefined });
          await send('skip');
        });
        assert.deepEqual(seen, []);
      });
    }

    test(`${name}: a controller of a request runs under its lock`, async () => {
      assert.deepEqual(await send('scoped'), ['ran scoped for 7']);
    });

    if (name === 'hybrid application') {
      test(`${name}: a route of the same controller runs under its lock`, async () => {
        const response = await fetch(`${await (application as INestApplication).getUrl()}/skip`);
        assert.equal(await response.text(), 'ran route');
      });
    }

    test(`${name}: a shutdown waits for the run`, async () => {
      const answer = await closeDuringRun(application, other, 'skip', () => send('skip'));
      // Nest's close() of a microservice ends its connections before any hook. At a signal it does not.
      if (name === 'hybrid application') assert.deepEqual(answer, { value: ['ran skip 7'] });
      else assert.match(String('error' in answer && answer.error), /Connection closed/);
    });
  });
}

test('microservice: at SIGTERM it waits for the run, and the caller gets its answer', async () => {
  const other = await OtherReplica.start();
  const port = await freePort();
  const { child, ended, says } = startProcess(String(port));
  await says('listening');
  const client = new ClientTCP({ host: '127.0.0.1', port });
  const answer = answerTo(lastValueFrom(client.send('microservice', 7)));
  await says('running');
  child.kill('SIGTERM');
  await says('shutdown');
  assert.equal((await other.row('microservice'))?.running, true);
  child.send('open');
  assert.deepEqual(await answer, { value: 'ran microservice' });
  await client.close();
  assert.deepEqual(await ended, [null, 'SIGTERM']);
  assert.deepEqual(await other.row('microservice'), { outcome: 'succeeded', running: false });
  await other.close();
});
