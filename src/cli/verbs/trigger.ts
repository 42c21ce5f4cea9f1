import type { Command } from 'commander';
import { SystemLockClock } from '../../common/clock.js';
import { pause } from '../../common/timeouts.js';
import type { TriggerState } from '../../operate/operator-types.js';
import type { Act, Context } from '../context.js';
import { CliError, EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { callArguments } from '../inputs.js';
import type { Output } from '../output.js';
import { pauseText } from '../task-text.js';

/** Milliseconds between two looks for the outcome, at first and at most. */
const FIRST = 50;
const MOST = 1_000;

interface TriggerOptions {
  args?: string;
  key?: string;
  evenIfPaused?: boolean;
  wait?: boolean;
  reason?: string;
}

export function addTrigger(program: Command, act: Act): void {
  program
    .command('trigger')
    .argument('<NAME>', 'the task')
    .summary('run a task now, on one of its replicas')
    .description('Asks the replicas to run a task now. One of them takes it, within five minutes.')
    .option('--args <json>', `the method's arguments, a JSON array like '["2026-11", 3]'`)
    .option('--key <key>', 'the key to run it for')
    .option('--even-if-paused', 'run it although it is paused')
    .option('--reason <text>', 'why, for whoever looks later')
    .option('--wait', 'wait for the outcome; exits with 3 if it did not succeed')
    .action(
      act(async (context, name: string, options: TriggerOptions) => {
        const { session, out } = context;
        const { key, evenIfPaused, reason } = options;
        const args = options.args === undefined ? undefined : callArguments(options.args);
        await refuseInVain(context, name, options);
        const asked = await session.operator.trigger(name, {
          by: context.by(),
          args,
          key,
          evenIfPaused,
          reason,
        });
        const answer = options.wait ? await followed(context, asked) : asked;
        out.show(answer, () => [triggerLine(name, answer, out)]);
        return exitCodeOf(answer);
      }),
    );
}

/** Refuses at once what every replica would skip. */
async function refuseInVain({ session, out }: Context, name: string, options: TriggerOptions): Promise<void> {
  const { key, evenIfPaused } = options;
  const [{ paused }, isKeyed] = await Promise.all([session.operator.task(name), session.isKeyed(name)]);
  if (key !== undefined && isKeyed === false)
    throw new CliError(
      `'${name}' has no keys: one lock is for all its calls. Trigger it without --key`,
      EXIT.refused,
    );
  if (paused && !evenIfPaused)
    throw new CliError(
      `'${name}' does not run, ${pauseText(paused, out)}. Resume it first, or give --even-if-paused`,
      EXIT.refused,
    );
}

/** Looks until the run has ended. What is asked for stays asked for where somebody stops looking. */
async function followed({ session, out, terminal }: Context, asked: TriggerState): Promise<TriggerState> {
  const clock = new SystemLockClock();
  let state = asked;
  let shown = '';
  for (
    let delay = FIRST;
    state.status === 'waiting' || state.status === 'running';
    delay = Math.min(2 * delay, MOST)
  ) {
    const seen = `${state.status} ${'fence' in state ? state.fence : ''}`;
    if (seen !== shown) out.remark(triggerLine('', state, out).trim());
    shown = seen;
    await pause(clock, delay, terminal.stopped);
    if (terminal.stopped.aborted) throw new CliError(`stopped waiting; the trigger ${asked.id} stands`);
    state = await session.operator.triggered(asked.id);
  }
  return state;
}

function triggerLine(name: string, state: TriggerState, out: Output): string {
  const task = out.name(name);
  switch (state.status) {
    case 'waiting':
      return `${task} waits for a replica; it expires ${out.time(state.expiresAt)} (trigger ${state.id})`;
    case 'running':
      if (state.fence === null)
        return `${task} was taken by ${out.text(state.replica)} (trigger ${state.id})`;
      return `${task} runs on ${out.text(state.replica)} (trigger ${state.id})`;
    case 'expired':
      if (state.replica !== null)
        return `${task} did not run: ${out.text(state.replica)} took the trigger ${state.id} and never began. It has died, or was cut off; trigger again`;
      return `${task} did not run: no replica took the trigger ${state.id} in time. Is one of them up, with operatorPolling?`;
    case 'skipped':
      return `${task} did not run: ${out.text(state.reason)}`;
    case 'executed':
      return `${task} ${state.outcome}${state.error === null ? '' : `: ${out.text(state.error)}`}`;
  }
}

function exitCodeOf(state: TriggerState): ExitCode {
  if (state.status === 'skipped') return EXIT.refused;
  if (state.status === 'expired') return EXIT.attention;
  return state.status === 'executed' && state.outcome !== 'succeeded' ? EXIT.attention : EXIT.fine;
}
