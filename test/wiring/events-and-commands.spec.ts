import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CommandBus, CommandHandler, CqrsModule, EventBus, EventsHandler } from '@nestjs/cqrs';
import type { ICommandHandler, IEventHandler } from '@nestjs/cqrs';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Cron } from '@nestjs/schedule';
import { TaskLock } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import {
  closeApplicationsAfterEach,
  fireTick,
  startApplication,
  THIS_JANUARY,
  YEARLY,
} from '../support/application.js';
import { Journal } from '../support/journal.js';

closeApplicationsAfterEach();

describe('@OnEvent', () => {
  @Injectable()
  class Listeners {
    constructor(private readonly journal: Journal) {}

    @OnEvent('ordered')
    @TaskLock('event above')
    async eventAbove(order: string): Promise<string> {
      this.journal.write();
      return `${order} by the one above`;
    }

    @TaskLock('event below')
    @OnEvent('ordered')
    async eventBelow(order: string): Promise<string> {
      this.journal.write();
      return `${order} by the one below`;
    }

    @OnEvent('year is over')
    @Cron(YEARLY, { name: 'yearly', timeZone: 'UTC' })
    @TaskLock('yearly')
    async yearly(): Promise<string> {
      this.journal.write();
      return 'reported';
    }
  }

  async function startListeners() {
    const store = new InMemoryLockStore();
    const application = await startApplication({
      imports: [EventEmitterModule.forRoot()],
      providers: [Listeners, Journal],
      options: { store },
    });
    return { application, store, events: application.get(EventEmitter2), journal: application.get(Journal) };
  }

  test('on a method with a lock gets the event, once, under the lock', async () => {
    const { events, journal } = await startListeners();
    const values = await events.emitAsync('ordered', 'a book');
    expect(values.sort()).toEqual(['a book by the one above', 'a book by the one below']);
    expect(
      journal
        .of()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['event above', 'event below']);
  });

  test('on a scheduled method makes an event a direct call, and leaves the tick a tick', async () => {
    const { application, store, events, journal } = await startListeners();
    expect(await events.emitAsync('year is over')).toEqual(['reported']);
    expect(await events.emitAsync('year is over')).toEqual(['reported']);
    expect(store.row('yearly')?.lastTick).toBe(-Infinity);
    await fireTick(application, 'yearly');
    expect(store.row('yearly')?.lastTick).toBe(THIS_JANUARY);
    expect(journal.of('yearly')).toHaveLength(3);
  });
});

describe('CQRS', () => {
  class Publish {
    constructor(readonly title: string) {}
  }

  class Published {
    constructor(readonly title: string) {}
  }

  @CommandHandler(Publish)
  class PublishHandler implements ICommandHandler<Publish> {
    constructor(
      private readonly journal: Journal,
      private readonly events: EventBus,
    ) {}

    @TaskLock('publish')
    async execute({ title }: Publish): Promise<string> {
      this.journal.write();
      this.events.publish(new Published(title));
      return `${title} is published`;
    }
  }

  @EventsHandler(Published)
  class PublishedHandler implements IEventHandler<Published> {
    constructor(private readonly journal: Journal) {}

    @TaskLock('announce')
    async handle(): Promise<void> {
      this.journal.write();
    }
  }

  test('command and event handlers run under their locks and answer', async () => {
    const application = await startApplication({
      imports: [CqrsModule.forRoot()],
      providers: [PublishHandler, PublishedHandler, Journal],
    });
    expect(await application.get(CommandBus).execute(new Publish('News'))).toBe('News is published');
    const journal = application.get(Journal);
    await journal.first('announce');
    expect(journal.of('publish')).toHaveLength(1);
    expect(journal.unlocked).toBe(0);
  });
});
