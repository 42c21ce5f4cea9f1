import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page, RunState, TaskState, TickState, TriggerState } from '../../src/operate/operator-types.js';
import type { OperatedCommand, OperatedEvent } from '../processes/app/operated.js';
import { runBuiltCli, startCli } from './built-cli.js';
import type { TestDatabase } from './database.js';
import { Fleet } from './fleet.js';
import { until } from './until.js';

const APP = join(process.cwd(), 'build/replicas/test/processes/app/operated.js');
const REPLICAS = 3;

/** What every command does while replicas run, each as a process of its own. The database is that which the suite has made. */
export function steersFleet(databaseOf: () => TestDatabase): void {
  let fleet: Fleet;
  let env: Record<string, string>;
  const fences: string[] = [];

  const cli = (...argv: string[]) => runBuiltCli(argv, env);
  async function json<Answer>(...argv: string[]): Promise<Answer> {
    const { out, err } = await cli('-o', 'json', ...argv);
    expect(err).toBe('');
    return JSON.parse(out) as Answer;
  }
  const shortRuns = (): number =>
    fleet.journal().filter(({ task, event }) => task === 'short' && event === 'start').length;

  beforeAll(async () => {
    const { url } = databaseOf();
    env = { DATABASE_URL: url };
    fleet = new Fleet(url, APP);
    for (let nth = 0; nth < REPLICAS; nth++) {
      const { process: child } = await fleet.start({ environment: { TICKS: '1' } });
      child.on('message', (event: OperatedEvent) => {
        if (typeof event !== 'string' && event.event === 'start' && event.task === 'work')
          fences.push(event.fence);
      });
    }
    await until(async () => (await json<Page<TaskState>>('list')).total === 3);
    await until(() => shortRuns() > 0);
  });
  afterAll(() => fleet.end());

  test('list --watch shows its tasks until SIGINT', async () => {
    const watch = startCli(['list', '--watch'], env);
    await watch.shows('nightly');
    watch.signal('SIGINT');
    expect(await watch.exit).toMatchObject({ code: 0, err: '' });
  });

  test('pause keeps ticks from running until resume, and ticks tells which were paused', async () => {
    expect(await cli('pause', 'short', '--reason', 'the disk is full')).toMatchObject({ code: 0, err: '' });
    // The answer comes when what was under way has been won: nothing begins after it.
    const paused = shortRuns();
    const told = async (): Promise<TickState[]> => json<TickState[]>('ticks', 'short', '--last', '20');
    await until(async () => (await told()).filter(({ state }) => state === 'paused').length >= 2);
    expect(shortRuns()).toBe(paused);
    expect((await json<TaskState>('describe', 'short')).state).toBe('paused');
    expect(await cli('resume', 'short')).toMatchObject({ code: 0, out: 'short was resumed\n' });
    await until(() => shortRuns() > paused);
    const states = (await told()).map(({ state }) => state);
    expect(states).toContain('paused');
    expect(states).not.toContain('missed');
  });

  test('trigger --wait runs a task on one of them', async () => {
    const { out } = await cli('-o', 'json', 'trigger', 'work', '--args', '["end"]', '--wait');
    expect(JSON.parse(out) as TriggerState).toMatchObject({
      status: 'executed',
      outcome: 'succeeded',
      fence: fences.at(-1),
    });
    expect(await json<RunState[]>('history', 'work')).toMatchObject([
      { trigger: 'operator', outcome: 'succeeded', fence: fences.at(-1) },
    ]);
  });

  test('cancel stops the run that was shown', async () => {
    const before = fences.length;
    const followed = startCli(['trigger', 'work', '--wait'], env);
    await until(() => fences.length > before);
    expect(await cli('cancel', 'work', '--reason', 'hangs', '--yes')).toMatchObject({ code: 0 });
    expect(await followed.exit).toMatchObject({ code: 3, out: expect.stringMatching(/^work cancelled/) });
    const [newest] = await json<RunState[]>('history', 'work', '--limit', '1');
    expect(newest).toMatchObject({ outcome: 'cancelled', fence: fences.at(-1) });
  });

  test('release is refused for a living run, and takes the lock with --force', async () => {
    const before = fences.length;
    const followed = startCli(['trigger', 'work', '--wait'], env);
    await until(() => fences.length > before);
    expect(await cli('release', 'work')).toMatchObject({ code: 4, err: '' });
    expect(await cli('release', 'work', '--force', '--yes')).toMatchObject({ code: 0 });
    expect(await followed.exit).toMatchObject({ code: 3, out: expect.stringMatching(/^work lost/) });
    const { out } = await cli('history', 'work', '--failed');
    expect(out).toMatch(/ lost /);
  });

  test('each second ran at most once, whatever was steered', async () => {
    const starts = fleet.journal().filter(({ task, event }) => task === 'short' && event === 'start');
    expect(new Set(starts.map(({ tick }) => tick)).size).toBe(starts.length);
  });

  test('Ctrl-C while it waits leaves the trigger, and says so', async () => {
    const before = fences.length;
    const followed = startCli(['trigger', 'work', '--wait'], env);
    await until(() => fences.length > before);
    followed.signal('SIGINT');
    expect(await followed.exit).toMatchObject({ err: expect.stringMatching(/the trigger \d+ stands/) });
    for (const { process: child } of fleet.replicas) child.send('go on' satisfies OperatedCommand);
    const isOver = async (): Promise<boolean> =>
      (await json<RunState[]>('history', 'work', '--limit', '1'))[0]?.fence === fences.at(-1);
    await until(isOver);
    expect((await json<TaskState>('describe', 'work')).lastRun).toMatchObject({ outcome: 'succeeded' });
  });
}
