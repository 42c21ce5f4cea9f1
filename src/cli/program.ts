import { Command, CommanderError, Option } from 'commander';
import { messageOf } from '../common/error-text.js';
import { VERSION } from '../common/version.js';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import { TaskLockOperatorError } from '../operate/operator-errors.js';
import { isDenied, isTableMissing } from '../store/postgres/errors.js';
import { connectionOf } from './connection.js';
import type { Connection } from './connection.js';
import type { Act, Context } from './context.js';
import { CliError, EXIT } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { actor } from './inputs.js';
import { Output } from './output.js';
import { paintFor } from './paint.js';
import { plain } from './plain.js';
import { PROGRAM_HELP, COMMON_HELP } from './help.js';
import { Secrets } from './secrets.js';
import type { OpenSession, Session } from './session.js';
import type { Terminal } from './terminal.js';
import type { TimeStyle } from './times.js';
import { addAlerts } from './verbs/alerts.js';
import { addCancel } from './verbs/cancel.js';
import { addDescribe } from './verbs/describe.js';
import { addDoctor } from './verbs/doctor.js';
import { addExplain } from './verbs/explain.js';
import { addForget } from './verbs/forget.js';
import { addHistory } from './verbs/history.js';
import { addList } from './verbs/list.js';
import { addMigrate } from './verbs/migrate.js';
import { addNext } from './verbs/next.js';
import { addPause, addResume } from './verbs/pause.js';
import { addRelease } from './verbs/release.js';
import { addTicks } from './verbs/ticks.js';
import { addTrigger } from './verbs/trigger.js';
import { wrapped } from './wrap.js';
import { wrongUse } from './wrong-use.js';

const VERBS = [
  addList,
  addDescribe,
  addExplain,
  addHistory,
  addTicks,
  addNext,
  addPause,
  addResume,
  addTrigger,
  addCancel,
  addRelease,
  addForget,
  addDoctor,
  addMigrate,
  addAlerts,
];

interface GlobalOptions {
  databaseUrl?: string;
  schema?: string;
  table?: string;
  by?: string;
  output: 'text' | 'json';
  time: TimeStyle;
}

/** Runs one command, and resolves to what the shell is told. Whatever fails is one line on stderr, wrapped on a terminal. */
export async function runCli(
  argv: readonly string[],
  terminal: Terminal,
  openSession: OpenSession,
): Promise<ExitCode> {
  let secrets = new Secrets([]);
  let code: ExitCode = EXIT.fine;
  const program = new Command('nestjs-task-lock');

  const act: Act =
    (verb) =>
    async (...args) => {
      const options = program.opts<GlobalOptions>();
      const connection = connectionOf(options.databaseUrl, terminal.env);
      secrets = connection.secrets;
      const out = outputFor(terminal, options, connection);
      const session = await openSession(connection, { schema: options.schema, table: options.table });
      const context: Context = { session, out, terminal, by: () => actor(options.by, terminal.env) };
      try {
        out.setNow(await session.now());
        code = await verb(context, ...args);
      } catch (error) {
        throw (await lacking(error, session)) ?? atPlace(error, connection);
      } finally {
        await session.close().catch(() => undefined);
      }
    };

  program
    .description('Sees and steers the tasks that nestjs-task-lock runs.')
    .option('--database-url <url>')
    .option('--schema <schema>')
    .option('--table <table>')
    .option('--by <name>')
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .addOption(new Option('--time <style>').choices(['relative', 'iso']).default('relative'))
    .version(VERSION, '--version')
    .helpOption('-h, --help', 'this help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      // Told below, in our own words.
      outputError: () => undefined,
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    })
    .exitOverride();
  program.helpInformation = () => PROGRAM_HELP;
  for (const add of VERBS) add(program, act);
  for (const command of program.commands) command.addHelpText('after', COMMON_HELP);

  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      const wrong = wrongUse(error, program);
      if (wrong !== undefined) complain(terminal, secrets.hide(wrong));
      return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    }
    complain(terminal, shownText(error, secrets));
    return exitCodeOf(error);
  }
}

function complain(terminal: Terminal, text: string): void {
  terminal.writeError(`${wrapped(plain(text), terminal.errorWidth ?? Infinity).join('\n')}\n`);
}

function outputFor(terminal: Terminal, { output, time }: GlobalOptions, { secrets }: Connection): Output {
  const paint = paintFor(terminal.isTerminal, terminal.env);
  return new Output(terminal, { format: output, time, secrets, paint });
}

/** What the database lacks, where that may be why a statement failed. */
async function lacking(error: unknown, { doctor }: Session): Promise<CliError | undefined> {
  const look = isTableMissing(error) ? doctor.tables : isDenied(error) ? doctor.privileges : undefined;
  if (!look) return undefined;
  try {
    const wrong = (await look.call(doctor)).filter(({ state }) => state === 'wrong');
    if (wrong.length === 0) return undefined;
    const lines = wrong.map(({ message, mend }) =>
      mend === undefined ? message : `${message}: run \`${mend}\``,
    );
    return new CliError(lines.join('; '));
  } catch {
    return undefined;
  }
}

/** Says which database it was, of an error that comes from there. */
function atPlace(error: unknown, { place, secrets }: Connection): unknown {
  return error instanceof LockStoreUnavailableError
    ? new CliError(`the database ${place}: ${secrets.hideAmongWords(error.message)}`)
    : error;
}

/** What we say ourselves hides what others say in it; a role whose name has the password in it must be readable. */
function shownText(error: unknown, secrets: Secrets): string {
  if (error instanceof CliError) return Secrets.hideCredentials(error.message);
  if (error instanceof TaskLockOperatorError) return secrets.hideAmongWords(textOf(error));
  return secrets.hide(messageOf(error));
}

/** The message of an operator's error names its method, which nobody has called here. */
function textOf(error: TaskLockOperatorError): string {
  const { option, problem, nearest } = error;
  if (option !== undefined) return `--${kebab(option)} ${problem}`;
  return nearest?.length === 0 ? `${problem}: \`nestjs-task-lock list\` shows all of them` : problem;
}

function kebab(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof TaskLockOperatorError)) return EXIT.error;
  const codes = { input: EXIT.usage, 'unknown-task': EXIT.error, refused: EXIT.refused } as const;
  return codes[error.kind];
}
