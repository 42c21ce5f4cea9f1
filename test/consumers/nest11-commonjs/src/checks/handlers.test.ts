import '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Injectable } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventsHandler,
  QueryBus,
  QueryHandler,
} from '@nestjs/cqrs';
import type { ICommandHandler, IEventHandler, IQueryHandler } from '@nestjs/cqrs';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';
import { startApplication } from '../application';
import { recordRun, runsOf, until } from '../runs';

@Injectable()
class Listeners {
  @OnEvent('order.made')
  @TaskLock('listener above')
  async above(order: { id: number }) {
    return [order.id, currentTaskRun()?.name];
  }

  @TaskLock('listener below')
  @OnEvent('order.paid')
  async below(order: { id: number }) {
    return [order.id, currentTaskRun()?.name];
  }
}

class Pay {
  constructor(readonly id: number) {}
}
class Count {
  constructor(readonly id: number) {}
}
class Paid {
  constructor(readonly id: number) {}
}

@CommandHandler(Pay)
class PayHandler implements ICommandHandler<Pay> {
  @TaskLock('command')
  async execute({ id }: Pay) {
    return [id, currentTaskRun()?.name];
  }
}

@QueryHandler(Count)
class CountHandler implements IQueryHandler<Count> {
  @TaskLock('query')
  async execute({ id }: Count) {
    return [id, currentTaskRun()?.name];
  }
}

@EventsHandler(Paid)
class PaidHandler implements IEventHandler<Paid> {
  @TaskLock('event')
  async handle() {
    recordRun();
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({
    imports: [EventEmitterModule.forRoot(), CqrsModule.forRoot()],
    providers: [Listeners, PayHandler, CountHandler, PaidHandler],
  });
});
after(() => application.close());

test('@OnEvent above @TaskLock: the listener gets its event and runs under the lock', async () => {
  const answers = await application.get(EventEmitter2).emitAsync('order.made', { id: 1 });
  assert.deepEqual(answers, [[1, 'listener above']]);
});

test('@OnEvent below @TaskLock: the listener gets its event and runs under the lock', async () => {
  const answers = await application.get(EventEmitter2).emitAsync('order.paid', { id: 2 });
  assert.deepEqual(answers, [[2, 'listener below']]);
});

test('a CQRS command handler gets its command and answers under the lock', async () => {
  assert.deepEqual(await application.get(CommandBus).execute(new Pay(3)), [3, 'command']);
});

test('a CQRS query handler gets its query and answers under the lock', async () => {
  assert.deepEqual(await application.get(QueryBus).execute(new Count(4)), [4, 'query']);
});

test('a CQRS event handler runs under the lock', async () => {
  await application.get(EventBus).publish(new Paid(5));
  await until(() => runsOf('event').length === 1, 'the event');
});
