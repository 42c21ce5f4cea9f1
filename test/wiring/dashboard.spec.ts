import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { TaskLock } from '../../src/index.js';
import { PLATFORMS, serveDashboard } from '../support/dashboard.js';

@Injectable()
class Jobs {
  @TaskLock('clean-up')
  async cleanUp(): Promise<void> {}
}

describe.each(PLATFORMS)('the page on %s', (platform) => {
  let served: Awaited<ReturnType<typeof serveDashboard>>;
  const ask = (path: string, init?: RequestInit): Promise<Response> => served.ask(path, init);

  beforeAll(async () => {
    served = await serveDashboard({ platform, providers: [Jobs] });
  });
  afterAll(() => served.application.close());

  test.each(['/task-lock', '/task-lock/'])('lies at %s', async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<h1>Tasks</h1>');
  });

  test('answers HEAD as GET, without a body', async () => {
    const response = await ask('/task-lock', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toBe('');
  });
});
