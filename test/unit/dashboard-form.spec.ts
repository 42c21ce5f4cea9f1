import { expect, test } from '@jest/globals';
import { actOfForm } from '../../src/dashboard/form.js';
import type { Visit } from '../../src/dashboard/visit.js';

/** A form as the confirm page posts it. */
function posted(fields: Record<string, string>): Visit {
  return {
    user: 'ana',
    allowed: ['pause'],
    pathname: '/task-lock/act',
    query: new URLSearchParams(),
    params: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { action: 'pause', name: 'clean-up', reason: 'the disk is full', ...fields },
    isAction: true,
  };
}

test('a pause for some time counts from what the clock of the store shows', async () => {
  const nowOf = async (name: string): Promise<Date> =>
    new Date(name === 'clean-up' ? '2001-02-03T04:00:00Z' : NaN);
  const { fields } = await actOfForm(posted({ for: '2h' }), nowOf);
  expect(fields).toMatchObject({ until: '2001-02-03T06:00:00.000Z' });
});

test('a pause until a time, or without an end, needs no clock', async () => {
  const nowOf = (): Promise<Date> => Promise.reject(new Error('asked'));
  const { fields } = await actOfForm(posted({ for: 'until', until: '2001-02-03T06:00' }), nowOf);
  expect(fields).toMatchObject({ until: '2001-02-03T06:00Z' });
  expect((await actOfForm(posted({ for: '' }), nowOf)).fields).toMatchObject({ until: undefined });
});
