import '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Query,
  SetMetadata,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import type {
  ArgumentMetadata,
  CallHandler,
  CanActivate,
  ExecutionContext,
  INestApplication,
  NestInterceptor,
  PipeTransform,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Cron, CronExpression } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';
import { map } from 'rxjs';
import { startApplication } from '../application';
import { gate } from '../gate';
import { answerOf, recordRun, runsOf, until } from '../runs';

@Injectable()
class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const role = this.reflector.get<string | undefined>('role', context.getHandler());
    return role === context.switchToHttp().getRequest<{ query: { role?: string } }>().query.role;
  }
}

@Injectable()
class Wrap implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler<unknown>) {
    return next.handle().pipe(map((value) => ({ wrapped: value })));
  }
}

@Injectable()
class Shout implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata) {
    return type === 'body' ? JSON.stringify(value).toUpperCase() : value;
  }
}

const slowRequest = gate();

@Controller('reports')
class ReportsController {
  @Post('above/:id')
  @HttpCode(202)
  @Header('x-report', 'yes')
  @SetMetadata('role', 'clerk')
  @UseGuards(RoleGuard)
  @UseInterceptors(Wrap)
  @UsePipes(Shout)
  @TaskLock('decorators above')
  async above(@Param('id', ParseIntPipe) id: number, @Body() body: unknown) {
    return { id, body, task: currentTaskRun()?.name };
  }

  @TaskLock('decorators below')
  @Post('below/:id')
  @HttpCode(202)
  @Header('x-report', 'yes')
  @SetMetadata('role', 'clerk')
  @UseGuards(RoleGuard)
  @UseInterceptors(Wrap)
  @UsePipes(Shout)
  async below(@Param('id', ParseIntPipe) id: number, @Body() body: unknown) {
    return { id, body, task: currentTaskRun()?.name };
  }

  @Get('slow')
  @TaskLock('slow request')
  async slow(@Query('n', ParseIntPipe) n: number) {
    await slowRequest.pass();
    return { n };
  }

  @Post('tick/above')
  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('scheduled above')
  async scheduledAbove() {
    recordRun();
    return { tick: currentTaskRun()?.scheduledTime ?? 'none' };
  }

  // Sentry's @Cron drops what stands below it, @TaskLock or not: so the route stands above.
  @TaskLock('scheduled below')
  @Post('tick/below')
  @Cron(CronExpression.EVERY_SECOND)
  async scheduledBelow() {
    recordRun();
    return { tick: currentTaskRun()?.scheduledTime ?? 'none' };
  }

  @Post('run-now/above')
  @Cron('0 0 1 1 *')
  @TaskLock('yearly above')
  async runNowAbove() {
    return { tick: currentTaskRun()?.scheduledTime ?? 'none' };
  }

  @TaskLock('yearly below')
  @Post('run-now/below')
  @Cron('0 0 1 1 *')
  async runNowBelow() {
    return { tick: currentTaskRun()?.scheduledTime ?? 'none' };
  }
}

let application: INestApplication;
let url: string;
before(async () => {
  application = await startApplication({ controllers: [ReportsController] });
  url = (await application.getUrl()).replace('[::1]', '127.0.0.1');
});
after(() => application.close());

function post(path: string, body: unknown = {}) {
  return fetch(`${url}/reports/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

for (const position of ['above', 'below']) {
  test(`routes, pipes, interceptors and headers ${position} @TaskLock work`, async () => {
    const response = await post(`${position}/7?role=clerk`, { a: 'b' });
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('x-report'), 'yes');
    assert.deepEqual(await response.json(), {
      wrapped: { id: 7, body: '{"A":"B"}', task: `decorators ${position}` },
    });
  });

  test(`a guard ${position} @TaskLock reads its metadata and refuses`, async () => {
    assert.equal((await post(`${position}/7?role=guest`)).status, 403);
  });

  test(`a pipe's refusal ${position} @TaskLock is a 400`, async () => {
    assert.equal((await post(`${position}/seven?role=clerk`)).status, 400);
  });

  test(`@Cron ${position} @TaskLock on a controller's method: ticks run`, async () => {
    await until(
      () => runsOf(`scheduled ${position}`).some(({ scheduledTime }) => scheduledTime !== undefined),
      'a tick',
    );
  });

  test(`a request to a scheduled method runs it now, with the routing ${position} and without a tick`, async () => {
    const paths = [`tick/${position}`, `run-now/${position}`];
    for (const path of paths) {
      for (let request = 0; request < 2; request++) {
        const body = await answerOf(async () => (await post(path)).text());
        assert.deepEqual(JSON.parse(body), { tick: 'none' }, path);
      }
    }
  });
}

test('a request during the run of another one gets an empty body', async () => {
  const first = fetch(`${url}/reports/slow?n=1`);
  await slowRequest.reached;
  const second = await fetch(`${url}/reports/slow?n=2`);
  assert.deepEqual([second.status, await second.text()], [200, '']);
  slowRequest.open();
  assert.deepEqual(await (await first).json(), { n: 1 });
});
