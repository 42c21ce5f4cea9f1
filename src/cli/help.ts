/** Fits a screen of 24 lines, with a line left for the prompt. */
export const PROGRAM_HELP = `Usage: nestjs-task-lock VERB [NAME] [options]       (VERB --help tells more)

  list                every task: its state, its last run, when it is due
  describe NAME       one task, with who steered it last
  explain NAME        why a task runs, or does not run, now
  history NAME        its runs             ticks NAME   its expected ticks
  next NAME           its next ticks, with the local time of the schedule
  pause NAME|--all    let it not start     resume NAME|--all
  trigger NAME        run it now, on one of its replicas
  cancel NAME         ask the run in progress to stop
  release NAME        take the lock away from a dead or hung run
  forget NAME         remove what is stored of a task that no code declares
  doctor              what is wrong with the database, and what mends it
  migrate             run the migrations that are missing
  alerts              alert rules for Prometheus

  --database-url URL    default: TASK_LOCK_DATABASE_URL, else DATABASE_URL
  --schema S --table T  where the lock table is (default: task_lock)
  -o, --output text|json     --time relative|iso     --by NAME (who acts)
  --version

Exit codes: 0 fine, 1 error, 2 usage, 3 overdue or failed, 4 refused
`;

export const COMMON_HELP = `
With every verb: --database-url URL, --schema S, --table T, --by NAME,
-o text|json, --time relative|iso (nestjs-task-lock --help)`;
