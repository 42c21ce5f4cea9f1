import type { RunningState } from '../operate/operator-types.js';
import type { Context } from './context.js';
import { CliError, EXIT, UsageError } from './exit-codes.js';
import type { Output } from './output.js';

export interface SeenOptions {
  key?: string;
  fence?: string;
  yes?: boolean;
}

/** The run of a lock that is in progress, or that has died. */
export async function unfinishedRun(
  { session, out }: Context,
  name: string,
  key: string | undefined,
): Promise<RunningState | undefined> {
  // Reports an unknown name, with the nearest ones.
  await session.operator.task(name);
  const runs = await session.unfinishedRuns(name);
  const wanted = key === undefined ? runs : runs.filter((run) => run.key === key);
  if (wanted.length < 2) return wanted[0];
  const keys = wanted.map((run) => out.text(run.key ?? '')).join(', ');
  throw new UsageError(`'${name}' has ${wanted.length} runs, of the keys ${keys}: choose one with --key`);
}

/** One line about a run. */
export function runLine({ out }: Context, name: string, run: RunningState): string {
  const key = run.key === null ? '' : ` for the key ${out.text(run.key)}`;
  const isDead = out.isPast(run.leaseEndsAt);
  const lease =
    run.leaseEndsAt === null ? 'has no end' : `${isDead ? 'ended' : 'ends'} ${out.time(run.leaseEndsAt)}`;
  return (
    `${out.name(name)}${key} ${isDead ? 'died' : 'runs'} on ${out.text(run.replica)}, started ${out.time(run.since)}; ` +
    `its lease ${lease} (fence ${run.fence})`
  );
}

/**
 * Shows the run and what will happen, and asks whether it is meant. Answers its fence, so that no other run is stopped
 * whatever happens meanwhile, and the run itself where it was shown. What has no consequence is not asked for: the service refuses it, and says why.
 *
 * @throws CliError where nobody has confirmed it
 */
export async function confirmedRun(
  context: Context,
  name: string,
  { key, fence, yes }: SeenOptions,
  consequenceFor: (run: RunningState) => string | undefined,
): Promise<{ fence: string; run?: RunningState }> {
  const { out, terminal } = context;
  // Who names the fence has seen the run before.
  if (fence !== undefined) return { fence };
  const run = await unfinishedRun(context, name, key);
  if (!run) throw new CliError(`'${name}' has no run in progress, and none that died`, EXIT.refused);
  const consequence = consequenceFor(run);
  if (consequence === undefined) return { fence: run.fence, run };
  out.remark(runLine(context, name, run));
  out.remark(consequence);
  if (yes) return { fence: run.fence, run };
  if (!terminal.isInteractive)
    throw new UsageError(
      `nobody can be asked here: give --yes, or --fence ${run.fence} to mean this run and no later one`,
    );
  const answer = await terminal.ask('Go on? [y/N] ');
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('nothing was done', EXIT.refused);
  return { fence: run.fence, run };
}

/** Awaits an answer, and shows it by the clock of then: somebody may have thought for long before the confirmation. */
export async function answered<T>({ session, out }: Context, answer: Promise<T>): Promise<T> {
  const value = await answer;
  // What was done is shown in any case.
  const now = await session.now().catch(() => undefined);
  if (now) out.setNow(now);
  return value;
}

export function busyLine(name: string, out: Output): string {
  return `${out.name(name)} is busy: a transaction holds its row. Nothing was done; try again`;
}

/** Why a run was left alone, and which one is there. */
export function refusedLines(
  context: Context,
  name: string,
  { message, running }: { message: string; running: RunningState | null },
): string[] {
  const { out } = context;
  return [
    ...out.prose(`refused: ${out.sentence(message)}`),
    ...(running ? [runLine(context, name, running)] : []),
  ];
}
