import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Controller, Injectable, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { ClsModule, ClsService, UseCls } from 'nestjs-cls';
import { TaskLock, TaskLockService } from 'nestjs-task-lock';
import { lockedRun, startApplication, until } from '../application.js';

interface Seen {
  id?: string;
  user?: string;
}

/** What each run has seen of its context, by the name of its task. */
const seen = new Map<string, Seen[]>();

@Injectable()
class Jobs {
  constructor(private readonly cls: ClsService) {}

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('cls between')
  @UseCls({ generateId: true })
  async clsBelow() {
    await this.look();
  }

  @UseCls({ generateId: true })
  @TaskLock('cls above')
  @Cron(CronExpression.EVERY_SECOND)
  async clsAbove() {
    await this.look();
  }

  @Cron(CronExpression.EVERY_SECOND)
  @TaskLock('no cls')
  async without() {
    await this.look();
  }

  @TaskLock('called')
  async called() {
    await this.look();
  }

  @TaskLock('requested')
  async requested() {
    await this.look();
  }

  @TaskLock('requested with cls')
  @UseCls({ generateId: true })
  async requestedWithCls() {
    await this.look();
  }

  @UseCls({ generateId: true })
  @TaskLock('requested, cls above')
  async requestedClsAbove() {
    await this.look();
  }

  @TaskLock({ name: 'debounced', debounce: { delay: '100ms' } })
  async debounced() {
    await this.look();
  }

  private async look() {
    const { name } = lockedRun();
    await Promise.resolve();
    const user = this.cls.isActive() ? this.cls.get<string | undefined>('user') : undefined;
    const id = this.cls.isActive() ? this.cls.getId() : undefined;
    seen.set(name, [...(seen.get(name) ?? []), { id, user }]);
    if (this.cls.isActive()) this.cls.set('user', `left by ${name}`);
  }
}

@Controller()
class Route {
  constructor(
    private readonly cls: ClsService,
    private readonly jobs: Jobs,
    private readonly taskLock: TaskLockService,
  ) {}

  @Post('run')
  async run() {
    this.cls.set('user', 'ana');
    await this.taskLock.request('requested');
    await this.taskLock.request('requested with cls');
    await this.taskLock.request('requested, cls above');
    await this.jobs.debounced();
    await this.jobs.called();
    return { id: this.cls.getId() };
  }
}

let application: INestApplication;
before(async () => {
  application = await startApplication({
    imports: [ClsModule.forRoot({ middleware: { mount: true, generateId: true } })],
    controllers: [Route],
    providers: [Jobs],
  });
});
after(() => application.close());

async function runs(name: string, count = 1): Promise<Seen[]> {
  await until(() => (seen.get(name)?.length ?? 0) >= count, `${count} runs of ${name}`);
  return seen.get(name)!.slice(0, count);
}

for (const name of ['cls between', 'cls above'])
  test(`${name}: each tick has a context of its own`, async () => {
    const [first, second] = await runs(name, 2);
    assert.ok(first!.id);
    assert.ok(second!.id);
    assert.notEqual(first!.id, second!.id);
    assert.deepEqual([first!.user, second!.user], [undefined, undefined]);
  });

test('without @UseCls a tick has no context', async () => {
  assert.deepEqual(await runs('no cls'), [{ id: undefined, user: undefined }]);
});

test('a call sees the context of its caller, a run of a request does not', async () => {
  const response = await fetch(`${await application.getUrl()}/run`, { method: 'POST' });
  const { id } = (await response.json()) as { id: string };
  assert.deepEqual(await runs('called'), [{ id, user: 'ana' }]);
  const none = [{ id: undefined, user: undefined }];
  assert.deepEqual(await runs('requested'), none);
  assert.deepEqual(await runs('debounced'), none);
  for (const name of ['requested with cls', 'requested, cls above']) {
    const [own] = await runs(name);
    assert.ok(own!.id, name);
    assert.notEqual(own!.id, id);
    assert.equal(own!.user, undefined);
  }
});
