import '../instrument';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Injectable } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { TaskLock } from 'nestjs-task-lock';
import { TaskLockDashboardModule } from 'nestjs-task-lock/dashboard';
import { startApplication } from '../application';
import { answerOf } from '../runs';

@Injectable()
class Jobs {
  @TaskLock('report')
  async report(): Promise<void> {}
}

interface SignedIn {
  headers: Record<string, string | undefined>;
}

let application: INestApplication;
let url: string;
before(async () => {
  const dashboard = TaskLockDashboardModule.forRoot({
    authorize: ({ headers }: SignedIn) =>
      headers['x-user'] ? { user: headers['x-user'], canOperate: true } : false,
  });
  application = await startApplication({ imports: [dashboard], providers: [Jobs] });
  url = `${(await application.getUrl()).replace('[::1]', '127.0.0.1')}/task-lock`;
});
after(() => application.close());

const ana = { 'x-user': 'ana' };

test('the page shows the tasks to whom authorize lets in, and nothing to others', async () => {
  assert.equal((await fetch(url)).status, 403);
  const page = await answerOf(async () => {
    const shown = await (await fetch(`${url}/`, { headers: ana })).text();
    return shown.includes('report') ? shown : '';
  });
  assert.match(page, /<h1>Tasks<\/h1>/);
});

test('the API steers', async () => {
  const headers = { ...ana, 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/tasks/report/resume`, { method: 'POST', headers, body: '{}' });
  assert.deepEqual(await response.json(), { status: 'not paused', stillPaused: null });
});
