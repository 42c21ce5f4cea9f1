import { UsageError } from './exit-codes.js';
import { Secrets } from './secrets.js';

/** The database that is asked, with what must not be printed of it. */
export interface Connection {
  url: string;
  /** Host, port and database, for people. */
  place: string;
  secrets: Secrets;
}

const VARIABLES = ['TASK_LOCK_DATABASE_URL', 'DATABASE_URL'] as const;
const EXAMPLE = 'postgres://user:password@host:5432/database';

/** Reads where the database is. The errors never show the URL: a password may stand in any part of a mistyped one. */
export function connectionOf(given: string | undefined, env: NodeJS.ProcessEnv): Connection {
  const variable = VARIABLES.find((name) => env[name]);
  const source = given === undefined ? variable : '--database-url';
  const url = given ?? (variable && env[variable]);
  if (url === undefined || source === undefined)
    throw new UsageError(
      `no database is given: set ${VARIABLES.join(' or ')}, or give --database-url ${EXAMPLE}`,
    );
  const read = URL.canParse(url) ? new URL(url) : undefined;
  if (read?.protocol !== 'postgres:' && read?.protocol !== 'postgresql:')
    throw new UsageError(
      `${source} is not the URL of a Postgres database: write it like ${EXAMPLE}, with special characters of the ` +
        'password percent-encoded',
    );
  const host = read.searchParams.get('host') ?? read.hostname;
  const port = read.searchParams.get('port') ?? read.port;
  const place = `${host || 'localhost'}${port && `:${port}`}${read.pathname}`;
  const passwords = [
    read.password,
    decoded(read.password),
    read.searchParams.get('password'),
    env['PGPASSWORD'],
  ];
  return { url, place, secrets: new Secrets(passwords.map((each) => each ?? undefined)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
