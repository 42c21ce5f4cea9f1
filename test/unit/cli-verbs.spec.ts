import { describe, expect, jest, test } from '@jest/globals';
import { LockStoreUnavailableError } from '../../src/common/store-unavailable.error.js';
import type { RunningState, TickState } from '../../src/operate/operator-types.js';
import { TaskLockOperatorError } from '../../src/operate/operator-errors.js';
import { cancelAnswer, releasedAnswer } from '../../src/operate/steering-answers.js';
import type { Operator } from '../../src/cli/session.js';
import type { ReleaseResult } from '../../src/store/operator-store.js';
import { DATABASE_URL, NOW, pageOf, runOf, runWith, taskOf } from '../support/cli.js';
import { runningLock } from '../support/operated.js';

const page = (...items: ReturnType<typeof taskOf>[]) => pageOf(items);

const RUNNING: RunningState = {
  replica: 'web-1:1:abc',
  since: '2026-11-27T02:50:00.000Z',
  leaseEndsAt: '2026-11-27T03:00:40.000Z',
  tick: null,
  fence: '42',
  key: null,
};

describe('list', () => {
  test('shows name, state, last run, and what is worth knowing', async () => {
    const late = taskOf({
      name: 'report',
      state: 'overdue',
      overdueByMs: 7_200_000,
      nextDue: '2026-11-27T01:00:00.000Z',
    });
    const done = taskOf({ lastRun: runOf(), nextDue: '2026-11-28T02:00:00.000Z' });
    const { out } = await runWith({ operator: { tasks: async () => page(late, done) } }, 'list');
    expect(out.split('\n')).toEqual([
      'NAME      STATE    LAST RUN               TOOK  NEXT DUE  DETAIL',
      'report    overdue                               2h ago    2h late',
      'clean-up  idle     succeeded 59m 56s ago    3s  in 23h',
      '',
    ]);
  });

  test('says first what is wrong: a run that died, failures in a row', async () => {
    const paused = { by: 'anna', reason: null, since: NOW.toISOString(), until: null, name: 'mails' };
    const dead = taskOf({ name: 'export', state: 'died', failuresInARow: 2 });
    const failing = taskOf({ name: 'mails', state: 'paused', failuresInARow: 14, paused });
    const unfinishedRuns = async () => [{ ...RUNNING, leaseEndsAt: '2026-11-27T02:51:00.000Z' }];
    const call = { operator: { tasks: async () => page(dead, failing) }, session: { unfinishedRuns } };
    const { out } = await runWith(call, 'list');
    expect(out).toMatch(/^export +died +died on web-1:1:abc, started 10m ago; failed 2 times in a row$/m);
    expect(out).toMatch(/^mails +paused +failed 14 times in a row; paused by anna now, until a resume$/m);
  });

  test('shows of a run that died the end of its lease, and not its start', async () => {
    const lastRun = runOf({ outcome: 'died', fence: '42', finishedAt: null, durationMs: null });
    const lastRunOf = async (unfinished: RunningState) => {
      const tasks = async () => page(taskOf({ state: 'died', lastRun }));
      const session = { unfinishedRuns: async () => [unfinished] };
      return (await runWith({ operator: { tasks }, session }, 'list')).out;
    };
    const dead = { ...RUNNING, leaseEndsAt: '2026-11-27T02:59:15.000Z' };
    expect(await lastRunOf(dead)).toMatch(/^clean-up +died +died 45s ago +died on/m);
    expect(await lastRunOf({ ...dead, fence: '43' })).toMatch(/^clean-up +died +died, started 59m 59s ago/m);
  });

  test('exits with 3 if a task is overdue, and with 0 if none is', async () => {
    const tasks = async () => page(taskOf({ state: 'overdue', overdueByMs: 1 }));
    expect((await runWith({ operator: { tasks } }, 'status')).code).toBe(3);
    expect((await runWith({ operator: { tasks: async () => page(taskOf()) } }, 'list')).code).toBe(0);
  });

  test('passes state and page on, and says which page it is', async () => {
    const tasks = jest.fn<Operator['tasks']>(async () =>
      pageOf([taskOf()], { page: 2, pages: 3, total: 101 }),
    );
    const { out } = await runWith({ operator: { tasks } }, 'list', '--state', 'died', '--page', '2');
    expect(tasks).toHaveBeenCalledWith({ state: 'died', page: 2 });
    expect(out).toContain('page 2 of 3, 101 tasks');
  });

  test('prints with -o json what the service answers', async () => {
    const answer = page(taskOf({ lastRun: runOf() }));
    const { out } = await runWith({ operator: { tasks: async () => answer } }, '-o', 'json', 'list');
    expect(JSON.parse(out)).toEqual(answer);
  });
});

describe('explain and describe', () => {
  const state = { state: 'overdue', overdueByMs: 60_000 } as const;

  test('exit with 3 where the task is overdue', async () => {
    const explain = async () => ({
      name: 'clean-up',
      at: NOW.toISOString(),
      sentences: ['due'],
      unknown: [],
      task: taskOf(state),
    });
    expect((await runWith({ operator: { explain } }, 'explain', 'clean-up')).code).toBe(3);
    const operator = { task: async () => taskOf(state), actions: async () => [] };
    expect((await runWith({ operator }, 'describe', 'clean-up')).code).toBe(3);
    expect(
      (await runWith({ operator: { ...operator, task: async () => taskOf() } }, 'describe', 'x')).code,
    ).toBe(0);
  });

  test('show who steered the task, and what was done to all tasks as such', async () => {
    const acted = {
      id: '1',
      key: null,
      action: 'pause' as const,
      by: 'ana',
      reason: 'r',
      until: null,
      fence: null,
    };
    const at = '2026-11-27T02:57:00.000Z';
    const ended = { ...acted, at, answer: 'paused', error: null };
    const actions = async () => [
      { ...ended, name: '*' },
      { ...ended, name: 'clean-up' },
    ];
    const operator = { task: async () => taskOf(), actions };
    const { out } = await runWith({ operator }, 'describe', 'clean-up');
    expect(out).toMatch(/^3m ago +pause --all +ana +paused +r\n3m ago +pause +ana +paused +r$/m);
  });

  test('say of what no table knows that the database cannot tell it', async () => {
    const explanation = {
      name: 'clean-up',
      at: NOW.toISOString(),
      sentences: ['It has never run.'],
      task: taskOf(),
    };
    const explained = async (...unknown: string[]): Promise<string> => {
      const operator = { explain: async () => ({ ...explanation, unknown }) };
      return (await runWith({ operator }, 'explain', 'clean-up')).out;
    };
    expect(await explained('Whether its timer was stopped.')).toBe(
      'It has never run.\nThe database cannot tell:\n  Whether its timer was stopped.\n',
    );
    expect(await explained()).toBe('It has never run.\n');
  });

  test('strip control characters of errors, reasons and replicas in text', async () => {
    const task = taskOf({
      lastRun: runOf({ outcome: 'failed', error: 'bad\u001b[2J\nstate  idle', replica: 'web\u0007' }),
      paused: { by: 'eve\u001b[A', reason: 'x\ny', since: NOW.toISOString(), until: null, name: 'clean-up' },
    });
    const { out } = await runWith(
      { operator: { task: async () => task, actions: async () => [] } },
      'describe',
      'x',
    );
    expect(out).toContain('its error     bad state  idle\n');
    expect(out).toContain('paused by eve now, until a resume: "x y"');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

test('history --failed asks for the runs that did not end as wanted', async () => {
  const runs = jest.fn<Operator['runs']>(async () => [
    runOf({ outcome: 'died', finishedAt: null, durationMs: null }),
  ]);
  const { out } = await runWith(
    { operator: { runs } },
    'history',
    'x',
    '--failed',
    '--limit',
    '7',
    '--key',
    'k',
  );
  expect(runs).toHaveBeenCalledWith('x', {
    limit: 7,
    key: 'k',
    outcome: ['failed', 'aborted', 'lost', 'died'],
  });
  expect(out).toContain('died');
});

describe('ticks', () => {
  test('takes the newest, or those between two instants', async () => {
    const ticks = jest.fn<Operator['ticks']>(async () => []);
    await runWith({ operator: { ticks } }, 'ticks', 'x', '--last', '9');
    await runWith({ operator: { ticks } }, 'ticks', 'x', '--from', '2026-11-27T01:00:00Z');
    expect(ticks.mock.calls).toEqual([
      ['x', { last: 9 }],
      ['x', { from: new Date('2026-11-27T01:00:00Z'), to: undefined }],
    ]);
  });

  test('leaves out by default those that are unknown before all others, and lists them where asked for', async () => {
    const of = (day: number, state: TickState['state']): TickState => ({
      tick: `2026-11-2${day}T03:00:00.000Z`,
      state,
      run: null,
      paused: null,
    });
    const ticks = async () => [of(1, 'unknown'), of(2, 'unknown'), of(3, 'missed'), of(4, 'unknown')];
    const lines = async (...options: string[]) =>
      (await runWith({ operator: { ticks } }, 'ticks', 'x', ...options)).out.trimEnd().split('\n');
    expect(await lines()).toEqual([
      'left out: unknown ticks before 2026-11-23T03:00:00.000Z, which lie before the history or this schedule (--last 4 lists 2 of them)',
      'TICK                      STATE',
      '2026-11-23T03:00:00.000Z  missed',
      '2026-11-24T03:00:00.000Z  unknown',
    ]);
    expect(await lines('--last', '4')).toHaveLength(5);
  });

  test.each([
    [['--to', '2026-11-27T01:00:00Z'], '--to needs --from'],
    [['--from', '2026-11-27T01:00:00Z', '--last', '3'], 'give one of them'],
    [['--last', '501'], "--last '501' must be a whole number from 1 to 500"],
  ])('refuses %j', async (options, message) => {
    const { code, err } = await runWith({}, 'ticks', 'x', ...options);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

test('next shows where the clock changes', async () => {
  const nextTicks = async () => [
    {
      tick: '2026-10-24T00:30:00.000Z',
      localTime: '2026-10-24T02:30:00.000+02:00',
      timeZone: 'Europe/Berlin',
    },
    {
      tick: '2026-10-25T01:30:00.000Z',
      localTime: '2026-10-25T02:30:00.000+01:00',
      timeZone: 'Europe/Berlin',
    },
  ];
  const { out } = await runWith({ operator: { nextTicks } }, 'next', 'x', '--count', '2');
  const [, first, second] = out.split('\n');
  expect(first).toMatch(/^2026-10-24T02:30:00\+02:00 {2}Europe\/Berlin {2}2026-10-24T00:30:00.000Z/);
  expect(first).not.toContain('changed');
  expect(second).toContain('the clock has changed from +02:00 to +01:00');
});

describe('pause and resume', () => {
  const paused = { by: 'anna', reason: 'disk', since: NOW.toISOString(), until: null, name: 'x' };

  test('say by whom, why and until when', async () => {
    const pause = jest.fn<Operator['pause']>(async () => ({
      status: 'paused' as const,
      paused,
      running: [RUNNING],
      warnings: ['old'],
    }));
    const { code, out } = await runWith(
      { operator: { pause } },
      ...['pause', 'x', '--reason', 'disk', '--for', '2h', '--by', 'anna'],
    );
    expect(code).toBe(0);
    const until = new Date(NOW.getTime() + 7_200_000);
    expect(pause).toHaveBeenCalledWith('x', { by: 'anna', reason: 'disk', until });
    expect(out).toContain('x is paused: paused by anna now, until a resume: "disk"');
    expect(out).toContain('goes on: x runs on web-1:1:abc');
    expect(out).toContain('warning: old');
  });

  test.each([
    ['pause', ['--reason', 'r']],
    ['resume', []],
  ])('%s all hints at --all where no task has that name', async (verb, options) => {
    const problem = "no task is called 'all'";
    const unknown = () =>
      Promise.reject(new TaskLockOperatorError({ kind: 'unknown-task', problem, nearest: [] }));
    const { code, err } = await runWith({ operator: { [verb]: unknown } }, verb, 'all', ...options);
    expect([code, err]).toEqual([1, `no task is called 'all': for all tasks write ${verb} --all\n`]);
    expect((await runWith({ operator: { [verb]: unknown } }, verb, 'al', ...options)).err).not.toContain(
      '--all',
    );
  });

  test('take all tasks with --all', async () => {
    const resume = jest.fn<Operator['resume']>(async () => ({
      status: 'resumed' as const,
      stillPaused: null,
    }));
    expect((await runWith({ operator: { resume } }, 'resume', '--all', '--by', 'anna')).out).toBe(
      'All tasks were resumed\n',
    );
    expect(resume).toHaveBeenCalledWith('*', { by: 'anna' });
  });

  test.each([
    [
      { ...paused, name: 'y' },
      'All tasks were resumed\nbut y is paused by anna now, until a resume: "disk"\n',
    ],
    [
      { ...paused, name: '*' },
      'All tasks were resumed\nanother pause holds: all tasks paused by anna now, until a resume: "disk"\n',
    ],
  ])('name the pause that still holds: %j', async (stillPaused, text) => {
    const resume = async () => ({ status: 'resumed' as const, stillPaused });
    expect((await runWith({ operator: { resume } }, 'resume', '--all')).out).toBe(text);
  });

  test.each([
    [['pause', '--reason', 'r'], 'which task? Give its name, like pause clean-up, or --all'],
    [['pause', 'x', '--all', '--reason', 'r'], "'x' and --all: give one of them"],
    [['resume'], 'which task?'],
    [
      ['pause', 'x', '--for', '10m'],
      '--reason is missing: say why, for whoever looks later, like pause x --reason "',
    ],
    [['pause', 'x', '--reason', ' '], '--reason is missing'],
    [['pause', '--all'], 'like pause --all --reason "the disk is full"'],
    [['cancel', 'two words'], 'like cancel "two words" --reason "it hangs"'],
    [['pause', 'x', '--reason', 'r', '--for', '2'], "--for '2' carries no unit"],
    [['pause', 'x', '--reason', 'r', '--until', 'noon'], "--until 'noon' is not an instant"],
  ])('refuse %j', async (argv, message) => {
    const { code, err } = await runWith({}, ...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('trigger', () => {
  const waiting = { status: 'waiting' as const, id: '7', expiresAt: '2026-11-27T03:05:00.000Z' };
  const executed = {
    status: 'executed' as const,
    id: '7',
    fence: '1',
    outcome: 'succeeded' as const,
    error: null,
  };

  const task = async () => taskOf({ name: 'x' });
  const paused = { by: 'anna', reason: 'disk', since: NOW.toISOString(), until: null, name: 'x' };

  test('of a paused task is refused at once, unless it is meant', async () => {
    const operator = { task: async () => taskOf({ paused }), trigger: async () => waiting };
    const { code, out, err } = await runWith({ operator }, 'trigger', 'x');
    expect([code, out]).toEqual([4, '']);
    expect(err).toBe(
      `'x' does not run, paused by anna now, until a resume: "disk". Resume it first, or give --even-if-paused\n`,
    );
    expect((await runWith({ operator }, 'trigger', 'x', '--even-if-paused')).code).toBe(0);
  });

  test('with a key of a task without keys is refused at once', async () => {
    const operator = { task, trigger: async () => waiting };
    const answer = async (isKeyed: boolean | undefined, ...options: string[]) =>
      runWith({ operator, session: { isKeyed: async () => isKeyed } }, 'trigger', 'x', ...options);
    expect(await answer(false, '--key', 'k')).toMatchObject({
      code: 4,
      err: "'x' has no keys: one lock is for all its calls. Trigger it without --key\n",
    });
    for (const [isKeyed, ...options] of [[false], [true, '--key', 'k'], [undefined, '--key', 'k']] as const)
      expect((await answer(isKeyed, ...options)).code).toBe(0);
  });

  test('asks with arguments and key, and says until when it waits', async () => {
    const trigger = jest.fn<Operator['trigger']>(async () => waiting);
    const { code, out } = await runWith(
      { operator: { task, trigger } },
      ...['trigger', 'x', '--args', '[1]', '--key', 'k', '--even-if-paused', '--by', 'anna'],
    );
    expect(trigger).toHaveBeenCalledWith('x', {
      by: 'anna',
      args: [1],
      key: 'k',
      evenIfPaused: true,
      reason: undefined,
    });
    expect([code, out]).toEqual([0, 'x waits for a replica; it expires in 5m (trigger 7)\n']);
  });

  test.each([
    [executed, 0, 'x succeeded'],
    [{ ...executed, outcome: 'failed' as const, error: 'boom' }, 3, 'x failed: boom'],
    [{ ...executed, outcome: 'died' as const }, 3, 'x died'],
    [{ status: 'expired' as const, id: '7', replica: null }, 3, 'no replica took the trigger 7 in time'],
    [
      { status: 'expired' as const, id: '7', replica: 'web-1' },
      3,
      'x did not run: web-1 took the trigger 7 and never began',
    ],
    [{ status: 'skipped' as const, id: '7', reason: 'held' }, 4, 'x did not run: held'],
  ])('--wait follows it to %j, and exits with %d', async (end, code, text) => {
    const triggered = jest.fn<Operator['triggered']>(async () => end);
    const answer = await runWith(
      { operator: { task, trigger: async () => waiting, triggered } },
      'trigger',
      'x',
      '--wait',
    );
    expect(triggered).toHaveBeenCalledWith('7');
    expect([answer.code, answer.out]).toEqual([code, expect.stringContaining(text)]);
  });

  test('--wait says which replica has taken it, and when it runs there', async () => {
    const running = { status: 'running' as const, id: '7', replica: 'web-1' };
    const states = [
      { ...running, fence: null },
      { ...running, fence: null },
      { ...running, fence: '8' },
    ];
    const triggered = async () => states.shift() ?? executed;
    const operator = { task, trigger: async () => waiting, triggered };
    const { err } = await runWith({ operator }, 'trigger', 'x', '--wait');
    expect(err.split('\n').slice(1)).toEqual([
      'was taken by web-1 (trigger 7)',
      'runs on web-1 (trigger 7)',
      '',
    ]);
  });

  test('refuses arguments that are no array before it asks for anything', async () => {
    const { code, err } = await runWith({}, 'trigger', 'x', '--args', '{}');
    expect([code, err]).toEqual([2, expect.stringContaining('--args must be a JSON array')]);
  });
});

describe('cancel and release', () => {
  const cancelled = { status: 'cancelled' as const, hearsBy: '2026-11-27T03:00:20.000Z', running: RUNNING };
  const released = { status: 'released' as const, freeAt: '2026-11-27T03:00:40.000Z' };
  const seen = { unfinishedRuns: async () => [RUNNING] };
  const task = async () => taskOf({ name: 'x' });
  const onTerminal = (answer: string) => ({ isInteractive: true, ask: async () => answer });

  test.each([
    ['cancel', '--reason', 'r'],
    ['release', '--force'],
  ])('%s acts on the run that it has shown', async (verb, ...options) => {
    const cancel = jest.fn<Operator['cancel']>(async () => cancelled);
    const release = jest.fn<Operator['release']>(async () => released);
    const operator = { task, cancel, release };
    const { code, err } = await runWith(
      { operator, session: seen },
      verb,
      'x',
      ...options,
      '--yes',
      '--by',
      'anna',
    );
    expect(code).toBe(0);
    expect(err).toContain('x runs on web-1:1:abc, started 10m ago; its lease ends in 40s (fence 42)');
    expect((verb === 'cancel' ? cancel : release).mock.calls).toEqual([
      ['x', expect.objectContaining({ fence: '42', by: 'anna' })],
    ]);
  });

  test.each([
    ['cancel', '--reason', 'r'],
    ['release', '--force'],
    ['release', '--force', '--now'],
  ])('%s does nothing without a terminal that can answer, --yes or --fence', async (verb, ...options) => {
    const { code, err } = await runWith({ operator: { task }, session: seen }, verb, 'x', ...options);
    expect([code, err]).toEqual([2, expect.stringContaining('give --yes, or --fence 42')]);
  });

  test.each(['', 'n', 'no', 'x'])('do nothing where the answer is "%s"', async (answer) => {
    const call = { operator: { task }, session: seen, terminal: onTerminal(answer) };
    const { code, err } = await runWith(call, 'cancel', 'x', '--reason', 'r');
    expect([code, err]).toEqual([4, expect.stringContaining('nothing was done')]);
  });

  test('go on where the answer is yes', async () => {
    const cancel = jest.fn<Operator['cancel']>(async () => cancelled);
    const call = { operator: { task, cancel }, session: seen, terminal: onTerminal('y') };
    expect((await runWith(call, 'cancel', 'x', '--reason', 'r')).code).toBe(0);
    expect(cancel).toHaveBeenCalledTimes(1);
  });

  test('--fence means a run that was seen before, and asks nothing', async () => {
    const release = jest.fn<Operator['release']>(async () => released);
    await runWith({ operator: { release } }, 'release', 'x', '--force', '--fence', '41');
    expect(release).toHaveBeenCalledWith('x', expect.objectContaining({ fence: '41', force: true }));
  });

  test('release of a living run without --force asks nothing, and shows why it is refused', async () => {
    const release = async () => ({ status: 'refused' as const, message: 'web-1 holds it', running: RUNNING });
    const { code, out } = await runWith({ operator: { task, release }, session: seen }, 'release', 'x');
    expect([code, out]).toEqual([
      4,
      expect.stringContaining('refused: web-1 holds it\nx runs on web-1:1:abc'),
    ]);
  });

  test('a refused release names the option and the verb that go further', async () => {
    const run = { name: 'x', task: 'x', fence: 42n };
    const lock = runningLock({ name: 'x', fence: 42n, lockedUntil: new Date(NOW.getTime() + 40_000) });
    const refusedFor = async (result: ReleaseResult) => {
      const release = async () => releasedAnswer(result, run, NOW);
      return (await runWith({ operator: { task, release }, session: seen }, 'release', 'x')).out;
    };
    const hint = '`--force` forces the release, and `cancel` asks the run to stop.';
    expect(await refusedFor({ status: 'alive', lock })).toContain(`(fence 42)\n${hint}\n`);
    const another = { ...lock, fence: 43n };
    expect(await refusedFor({ status: 'refused', lock: another })).toContain('(fence 43)\n');
    expect(await refusedFor({ status: 'refused', lock: another })).not.toContain(hint);
  });

  test('a forced release says what it does, and with --now that two may run', async () => {
    const call = { operator: { task }, session: seen, terminal: onTerminal('n') };
    expect((await runWith(call, 'release', 'x', '--force')).err).toContain('free when its lease ends');
    expect((await runWith(call, 'release', 'x', '--force', '--now')).err).toContain('TWO MAY RUN');
    expect(await runWith(call, 'release', 'x', '--now')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--now needs --force'),
    });
  });

  test('a forced release says that a method which ignores its signal goes on', async () => {
    const operator = { task, release: async () => released };
    const forced = ['release', 'x', '--force'] as const;
    const { out, err } = await runWith({ operator, session: seen }, ...forced, '--yes');
    const goesOn = 'A method that ignores its signal goes on in its process, beside the next run: restart';
    expect(err).toContain(`${goesOn} web-1:1:abc to end it.`);
    expect(out).toBe(`x was released: the next run can begin in 40s\n${goesOn} web-1:1:abc to end it.\n`);
    const unseen = await runWith({ operator }, ...forced, '--fence', '42');
    expect(unseen.out).toContain(`${goesOn} its replica to end it.`);
  });

  const DEAD: RunningState = { ...RUNNING, leaseEndsAt: '2026-11-27T02:52:16.000Z' };

  test('after the release of a dead run the next one can begin at once', async () => {
    const release = async () => ({ status: 'released' as const, freeAt: DEAD.leaseEndsAt });
    const call = { operator: { task, release }, session: { unfinishedRuns: async () => [DEAD] } };
    for (const options of [[], ['--force'], ['--time', 'iso']])
      expect((await runWith(call, 'release', 'x', '--yes', ...options)).out).toBe(
        'x was released: the next run can begin at once\n',
      );
  });

  test('a cancel of a dead run asks nothing, and says that nothing needs to be done', async () => {
    const lock = runningLock({ name: 'x', fence: 42n, lockedUntil: new Date(DEAD.leaseEndsAt!) });
    const run = { name: 'x', task: 'x', fence: 42n };
    const cancel = async () => cancelAnswer({ status: 'refused', lock }, run, undefined, NOW);
    const call = { operator: { task, cancel }, session: { unfinishedRuns: async () => [DEAD] } };
    expect(await runWith(call, 'cancel', 'x', '--reason', 'r')).toMatchObject({
      code: 4,
      err: '',
      out:
        'refused: that run died: its lease ended at 2026-11-27T02:52:16.000Z. ' +
        'Its lock is free, and nothing needs to be done\n',
    });
  });

  const laterBy = (seconds: number) => {
    const instants = [NOW];
    return async () => instants.shift() ?? new Date(NOW.getTime() + seconds * 1_000);
  };

  test.each([
    ['cancel', ['--reason', 'r'], 'hears of it in 12s at the latest'],
    ['release', ['--force'], 'can begin in 32s'],
  ])('the %s answers are shown by the clock of after the confirmation', async (verb, options, text) => {
    const operator = { task, cancel: async () => cancelled, release: async () => released };
    const call = { operator, session: { ...seen, now: laterBy(8) }, terminal: onTerminal('y') };
    expect((await runWith(call, verb, 'x', ...options)).out).toContain(text);
  });

  test('what was done is shown where the clock cannot be read any more', async () => {
    const instants = [NOW];
    const now = async () => instants.shift() ?? Promise.reject(new Error('the database is gone'));
    const call = { operator: { release: async () => released }, session: { ...seen, now } };
    const { code, out } = await runWith(call, 'release', 'x', '--force', '--fence', '42');
    expect([code, out]).toEqual([0, expect.stringContaining('x was released')]);
  });

  test('of several keys one must be chosen', async () => {
    const runs = ['a', 'b'].map((key) => ({ ...RUNNING, key, fence: key === 'a' ? '1' : '2' }));
    const cancel = jest.fn<Operator['cancel']>(async () => cancelled);
    const call = { operator: { task, cancel }, session: { unfinishedRuns: async () => runs } };
    const { code, err } = await runWith(call, 'cancel', 'x', '--reason', 'r', '--yes');
    expect([code, err]).toEqual([2, "'x' has 2 runs, of the keys a, b: choose one with --key\n"]);
    await runWith(call, 'cancel', 'x', '--reason', 'r', '--yes', '--key', 'b');
    expect(cancel).toHaveBeenCalledWith('x', expect.objectContaining({ fence: '2', key: 'b' }));
  });

  test('are refused where nothing runs, and where the row is busy', async () => {
    const none = await runWith({ operator: { task } }, 'cancel', 'x', '--reason', 'r', '--yes');
    expect([none.code, none.err]).toEqual([4, "'x' has no run in progress, and none that died\n"]);
    const operator = { task, cancel: async () => ({ status: 'busy' as const }) };
    expect((await runWith({ operator }, 'cancel', 'x', '--reason', 'r', '--fence', '42')).code).toBe(4);
  });
});

describe('doctor and migrate', () => {
  const wrong = {
    check: 'indexes',
    state: 'wrong' as const,
    message: 'an index',
    mend: 'DROP INDEX CONCURRENTLY i',
  };
  const doctorOf = (...findings: (typeof wrong)[]) => ({
    doctor: { examine: async () => findings, tables: async () => findings, privileges: async () => findings },
  });

  test('the doctor shows the statement that mends it, and exits with 1 if something is wrong', async () => {
    const { code, out } = await runWith({ session: doctorOf(wrong) }, 'doctor');
    expect([code, out]).toEqual([1, 'wrong    indexes: an index\n         DROP INDEX CONCURRENTLY i;\n']);
    expect((await runWith({ session: doctorOf() }, 'doctor')).code).toBe(0);
  });

  test('migrate --dry-run shows the statements and runs nothing', async () => {
    const session = {
      pendingMigrations: async () => [{ name: 'Create1', sql: 'CREATE TABLE t;\nCREATE INDEX i;' }],
      migrate: () => Promise.reject(new Error('must not run')),
    };
    expect((await runWith({ session }, 'migrate', '--dry-run')).out).toBe(
      '-- Create1\nCREATE TABLE t;\nCREATE INDEX i;\n\n',
    );
  });

  test('a table that is missing is told with its migration, and what runs it', async () => {
    const missing = {
      ...wrong,
      message: 'the migration Create1 has not run',
      mend: 'npx nestjs-task-lock migrate',
    };
    const tasks = () =>
      Promise.reject(Object.assign(new Error('relation does not exist'), { code: '42P01' }));
    const { code, err } = await runWith({ operator: { tasks }, session: doctorOf(missing) }, 'list');
    expect([code, err]).toEqual([
      1,
      'the migration Create1 has not run: run `npx nestjs-task-lock migrate`\n',
    ]);
  });
});

describe('on a terminal', () => {
  const LONG = Array.from({ length: 30 }, () => 'word').join(' ');
  const linesOf = (text: string) => text.trimEnd().split('\n');
  const finding = { check: 'clock', state: 'fine' as const, message: LONG, mend: LONG.toUpperCase() };
  const call = {
    operator: {
      explain: async () => ({
        name: 'x',
        at: NOW.toISOString(),
        sentences: [LONG],
        unknown: [LONG],
        task: taskOf(),
      }),
      task: () => Promise.reject(new Error(LONG)),
      tasks: async () =>
        page(
          taskOf({
            state: 'running',
            running: { ...RUNNING, replica: 'a-pod-with-a-long-name-6f7d8:1:abc' },
          }),
        ),
    },
    session: {
      doctor: { examine: async () => [finding], tables: async () => [], privileges: async () => [] },
    },
  };
  const narrow = { ...call, terminal: { width: 60, errorWidth: 60 } };

  test('answers and errors are wrapped at its width, and stay as they are for other programs', async () => {
    for (const argv of [['explain', 'x'], ['doctor'], ['describe', 'x']]) {
      const { out, err } = await runWith(narrow, ...argv);
      const lines = linesOf(out + err).filter((line) => !line.includes('WORD'));
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.filter((line) => line.length > 60)).toEqual([]);
      const piped = await runWith(call, ...argv);
      expect(piped.out + piped.err).toContain(LONG);
    }
  });

  test('what mends something is on one line, so that it can be copied', async () => {
    expect((await runWith(narrow, 'doctor')).out).toContain(`\n         ${finding.mend};\n`);
  });

  test('the list fits its width, and shows all to other programs', async () => {
    const [, row = ''] = linesOf((await runWith(narrow, 'list')).out);
    expect(row).toBe('clean-up  running  on a-pod-with-a-long-name-…, started 10m…');
    expect((await runWith(call, 'list')).out).toContain(
      'on a-pod-with-a-long-name-6f7d8:1:abc, started 10m ago',
    );
    expect((await runWith(narrow, '-o', 'json', 'list')).out).toContain('a-pod-with-a-long-name-6f7d8:1:abc');
  });
});

describe('errors', () => {
  test('of the database are one line that says which one it is, and the exit code is 1', async () => {
    const tasks = () => Promise.reject(new LockStoreUnavailableError('connect\nECONNREFUSED', false));
    const { code, err, closed } = await runWith({ operator: { tasks } }, 'list');
    expect([code, err, closed]).toEqual([
      1,
      'the database db.example:5433/app: connect ECONNREFUSED\n',
      true,
    ]);
  });

  test.each([
    ['input' as const, 2],
    ['unknown-task' as const, 1],
    ['refused' as const, 4],
  ])('of kind %s exit with %d, and name no method that nobody has called', async (kind, expected) => {
    const problem = "no task is called 'x': did you mean 'a'?";
    const task = () =>
      Promise.reject(new TaskLockOperatorError({ kind, method: 'task', problem, nearest: ['a'] }));
    const { code, err } = await runWith({ operator: { task } }, 'describe', 'x');
    expect([code, err]).toEqual([expected, "no task is called 'x': did you mean 'a'?\n"]);
  });

  test('of a name that is like no other say what lists all of them', async () => {
    const problem = "no task is called 'x'";
    const task = () =>
      Promise.reject(
        new TaskLockOperatorError(
          { kind: 'unknown-task', method: 'task', problem, nearest: [] },
          'tasks() lists all of them',
        ),
      );
    expect((await runWith({ operator: { task } }, 'describe', 'x')).err).toBe(
      "no task is called 'x': `nestjs-task-lock list` shows all of them\n",
    );
  });

  test.each([
    [['lst'], 'Did you mean list?'],
    [['list', '--nope'], 'unknown option'],
    [['describe'], 'which task? Give its name, like describe clean-up'],
    [['explain', 'sync', 'stock'], 'write one with spaces in quotes, like explain "sync stock"'],
    [['status', 'x'], 'status takes no name'],
    [['list', '-o', 'xml'], 'Allowed choices are text, json'],
  ])('%j is a wrong use: exit code 2', async (argv, message) => {
    const { code, err } = await runWith({}, ...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('of an option name it as it is written here', async () => {
    const problem = 'must be true or false';
    const wrong = { kind: 'input', method: 'trigger', option: 'evenIfPaused', problem } as const;
    const runs = () => Promise.reject(new TaskLockOperatorError(wrong, 'write { evenIfPaused: true }'));
    expect((await runWith({ operator: { runs } }, 'history', 'x')).err).toBe(
      '--even-if-paused must be true or false\n',
    );
  });

  test('nobody is connected to for a wrong use', async () => {
    expect((await runWith({}, 'list', '--nope')).connection).toBeUndefined();
    expect((await runWith({}, 'pause', 'x')).connection).toBeUndefined();
  });
});

describe('the password', () => {
  const leak = `cannot connect to ${DATABASE_URL} with s3cr3t! (s3cr3t%21)`;

  test.each([[[]], [['-o', 'json']]])('is in no output with %j', async (options) => {
    const lastRun = runOf({ outcome: 'failed', error: leak });
    const operator = {
      task: async () => taskOf({ lastRun }),
      actions: async () => [],
      runs: async () => [lastRun],
    };
    const outputs = await Promise.all([
      runWith({ operator }, ...options, 'describe', 'x'),
      runWith({ operator }, ...options, 'history', 'x'),
      runWith({ operator: { task: () => Promise.reject(new Error(leak)) } }, ...options, 'describe', 'x'),
      runWith({}, ...options, DATABASE_URL),
      runWith({}, ...options, 'list', `--database=${DATABASE_URL}`),
    ]);
    for (const { out, err } of outputs) expect(out + err).not.toMatch(/s3cr3t/);
  });

  test('that is short leaves our own words readable, and is hidden in what others say', async () => {
    const env = { DATABASE_URL: 'postgres://ops:b@db.example:5433/app' };
    const sentences = ['Does it reach the database? ana said: "try b, or b!"'];
    const base = { name: 'x', at: NOW.toISOString(), unknown: [], task: taskOf() };
    const explain = async () => ({ ...base, sentences });
    const hidden = 'Does it reach the database? ana said: \\"try ***, or ***!\\"';
    expect((await runWith({ operator: { explain }, env }, '-o', 'json', 'explain', 'x')).out).toContain(
      hidden,
    );
    expect((await runWith({ operator: { explain }, env }, 'explain', 'x')).out).toBe(
      `${hidden.replaceAll('\\', '')}\n`,
    );
    const problem = "no task is called 'table': the database has none";
    const unknown = new TaskLockOperatorError({ kind: 'unknown-task', problem, nearest: ['a'] });
    const task = () => Promise.reject(unknown);
    expect((await runWith({ operator: { task }, env }, 'describe', 'x')).err).toBe(`${problem}\n`);
    const tasks = () => Promise.reject(new LockStoreUnavailableError('the database is gone: b', false));
    expect((await runWith({ operator: { tasks }, env }, 'list')).err).toBe(
      'the database db.example:5433/app: the database is gone: ***\n',
    );
  });

  test('that is a part of a name leaves the name as it is', async () => {
    const tasks = async () => page(taskOf({ name: 'app/s3cr3t!' }));
    expect((await runWith({ operator: { tasks } }, '-o', 'json', 'list')).out).toContain('app/s3cr3t!');
  });
});
