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
/** Without the slashes a URL has no host: the driver would go to localhost, with the password in the database's name. */
const POSTGRES_URL = /^postgres(?:ql)?:\/\/[^/?#]*([^]*)$/;

/** Reads where the database is. The errors never show the URL: a password may stand in any part of a mistyped one. */
export function connectionOf(given: string | undefined, env: NodeJS.ProcessEnv): Connection {
  const variable = VARIABLES.find((name) => env[name]);
  const source = given === undefined ? variable : '--database-url';
  const url = given ?? (variable && env[variable]);
  if (url === undefined || source === undefined)
    throw new UsageError(
      `no database is given: set ${VARIABLES.join(' or ')}, or give --database-url ${EXAMPLE}`,
    );
  const read = parsed(url, source);
  const host = read.searchParams.get('host') ?? decodeURIComponent(read.hostname);
  const port = read.searchParams.get('port') ?? read.port;
  const place = `${host || 'localhost'}${port && `:${port}`}${read.pathname}`;
  const passwords = [
    read.password,
    decodeURIComponent(read.password),
    read.searchParams.get('password'),
    env['PGPASSWORD'],
  ];
  return { url, place, secrets: new Secrets(passwords.map((each) => each ?? undefined)) };
}

/** @throws UsageError that shows how to write the URL, and nothing of it */
function parsed(url: string, source: string): URL {
  const afterHost = POSTGRES_URL.exec(url)?.[1];
  // An @ or # after the host stands in a password: what looks like the host is the user then.
  if (afterHost === undefined || /[@#]/.test(afterHost) || !URL.canParse(withHost(url)))
    throw new UsageError(
      `${source} is not the URL of a Postgres database: write it like ${EXAMPLE}, with the characters / ? # @ % of ` +
        'user and password as %2F %3F %23 %40 %25',
    );
  if (!canDecode(url.split('?', 1).join('')))
    throw new UsageError(
      `${source} has a percent sign that encodes nothing: write one in the user or password as %25, ` +
        'so that the password 100% becomes 100%25',
    );
  return new URL(withHost(url));
}

/** The driver allows a user without a host, for a socket: `postgres://user@/database?host=/run/postgresql`. */
function withHost(url: string): string {
  return url.replace(/^(\w+:\/\/[^/?]*@)(?=[/?]|$)/, '$1localhost');
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
