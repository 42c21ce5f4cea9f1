import '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Injectable } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { currentTaskRun, TaskLock } from 'nestjs-task-lock';
import { startApplication } from '../application';
import { answerOf, recordRun, runsOf, until } from '../runs';

abstract class Report {
  abstract readonly title: string;

  @Interval(300)
  @TaskLock('inherited')
  async build() {
    recordRun();
    return this.title;
  }
}

@Injectable()
class InheritedReport extends Report {
  readonly title = 'inherited';
}

class Import {
  @TaskLock('same name')
  async load(): Promise<unknown[]> {
    recordRun();
    return [currentTaskRun()?.fence];
  }

  @TaskLock('base')
  async clean(): Promise<unknown[]> {
    return [currentTaskRun()?.name];
  }

  @TaskLock('plain override')
  async check(): Promise<unknown[]> {
    return [currentTaskRun()?.name];
  }
}

@Injectable()
class DerivedImport extends Import {
  @Interval(300)
  @TaskLock('same name')
  override async load() {
    return [currentTaskRun()?.fence, ...(await super.load())];
  }

  @TaskLock('derived')
  override async clean() {
    return [currentTaskRun()?.name, ...(await super.clean())];
  }

  override async check() {
    return [currentTaskRun()?.name, ...(await super.check())];
  }
}

/** Made by a factory, with nothing injected by Nest. */
class Handmade {
  constructor(private readonly value: string) {}

  @Interval(300)
  @TaskLock('handmade')
  async job() {
    recordRun();
    return this.value;
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({
    providers: [
      InheritedReport,
      DerivedImport,
      { provide: 'HANDMADE', useFactory: () => new Handmade('made by a factory') },
    ],
  });
});
after(() => application.close());

test('an inherited method ticks under its lock and returns its value', async () => {
  await until(() => runsOf('inherited').length > 1, 'two ticks');
  assert.equal(await answerOf(() => application.get(InheritedReport).build()), 'inherited');
});

test('super.job() of the same name goes on under the lock that is held', async () => {
  await until(() => runsOf('same name').length > 1, 'two ticks');
  const [outer, inner] = await answerOf(() => application.get(DerivedImport).load());
  assert.equal(typeof outer, 'bigint');
  assert.equal(inner, outer);
});

test('super.job() of another name takes the lock of that name as well', async () => {
  assert.deepEqual(await application.get(DerivedImport).clean(), ['derived', 'base']);
});

test('an override without @TaskLock runs unlocked up to its super call', async () => {
  assert.deepEqual(await application.get(DerivedImport).check(), [undefined, 'plain override']);
});

test('an instance that a factory made ticks under its lock', async () => {
  await until(() => runsOf('handmade').length > 1, 'two ticks');
  assert.equal(await answerOf(() => application.get<Handmade>('HANDMADE').job()), 'made by a factory');
});
