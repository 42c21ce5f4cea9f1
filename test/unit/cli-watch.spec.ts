import { expect, test } from '@jest/globals';
import { pageOf, runWith, taskOf } from '../support/cli.js';

const tasks = (stop: AbortController, looks: number) => async () => {
  if (--looks <= 0) stop.abort();
  return pageOf([taskOf()]);
};

test('--watch draws over what stands there, each time in one write, and ends with the signal', async () => {
  const stop = new AbortController();
  const writes: string[] = [];
  const write = (text: string): void => {
    writes.push(text);
    // Stopped in the pause after the first drawing.
    if (text.includes('clean-up')) stop.abort();
  };
  const terminal = { isTerminal: true, stopped: stop.signal, write };
  const { code, closed } = await runWith(
    { operator: { tasks: tasks(stop, 9) }, terminal, env: { NO_COLOR: '1' } },
    'list',
    '--watch',
  );
  expect([code, closed]).toEqual([0, true]);
  const [start, drawn, end] = writes;
  expect(writes).toHaveLength(3);
  expect(start).toContain('\u001b[?25l');
  expect(drawn).toMatch(/^\u001b\[H/);
  expect(drawn).toMatch(/clean-up.*\u001b\[K\n\u001b\[J$/);
  expect(drawn).not.toContain('\u001b[2J');
  expect(end).toBe('\u001b[?25h');
});

test('--watch into a pipe writes no control characters, and with -o json one line a look', async () => {
  const stop = new AbortController();
  let out = '';
  const terminal = { stopped: stop.signal, write: (text: string) => void ((out += text), stop.abort()) };
  await runWith({ operator: { tasks: tasks(stop, 9) }, terminal }, '-o', 'json', 'list', '--watch');
  expect(out.split('\n')).toEqual([expect.stringContaining('"clean-up"'), '']);
  expect(out).not.toMatch(/\u001b/);
});

test('--watch shows that the database is away, and looks again', async () => {
  const stop = new AbortController();
  let out = '';
  const terminal = { stopped: stop.signal, write: (text: string) => void ((out += text), stop.abort()) };
  const away = { tasks: () => Promise.reject(new Error('connect ECONNREFUSED')) };
  expect((await runWith({ operator: away, terminal }, 'list', '--watch')).code).toBe(0);
  expect(out).toContain('connect ECONNREFUSED');
});
