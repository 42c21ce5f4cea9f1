import { readFileSync } from 'node:fs';

/** One that people use for their scheduled tasks. */
export interface Lock {
  name: string;
  version: string;
  /** Whether what it grants outlives a crash of what it is kept in. */
  durable: boolean;
  inRedis?: true;
  /** It adds a job that whichever worker runs soon. */
  queues?: true;
  /** One replica keeps it between ticks. */
  sticky?: true;
  /** Makes a minute pass between two ticks, for what reads the server's clock. */
  minutePasses?: string;
  afterCrash: string;
}

/** The name of this package among them. */
export const OURS = 'nestjs-task-lock';
/** Where the others are installed and built. */
export const PEERS = new URL('../../../../bench/peers/', import.meta.url);

/** Those that are measured together: the locks, or the queues that poll and would disturb the others. */
export function locks(redis: string | undefined, polling: boolean): Lock[] {
  const byHand = 'by hand';
  const jobs = 'each tick is a job of its own';
  const connection = 'none: the server frees it with the connection';
  const redlock = {
    version: `${redis === undefined ? '' : versionOf('@sesamecare-oss/redlock')}, Redis ${redis}`,
    inRedis: true,
    afterCrash: '5 s, as its README shows',
  } as const;
  const ours: Lock = {
    name: OURS,
    version: ownVersion(),
    durable: true,
    afterCrash: 'a lease of 9 s, its default for such a task',
  };
  if (polling)
    return [
      ours,
      {
        name: 'pg-boss',
        version: versionOf('pg-boss'),
        durable: true,
        queues: true,
        minutePasses: `UPDATE pgboss.version SET cron_on = cron_on - interval '1 minute'`,
        afterCrash: jobs,
      },
      {
        name: 'DBOS',
        version: versionOf('@dbos-inc/dbos-sdk'),
        durable: true,
        queues: true,
        afterCrash: jobs,
      },
    ];
  const all: Lock[] = [
    ours,
    { name: 'advisory-lock', version: versionOf('advisory-lock'), durable: false, afterCrash: connection },
    { name: 'pg_try_advisory_xact_lock', version: byHand, durable: false, afterCrash: connection },
    { name: 'INSERT … ON CONFLICT', version: byHand, durable: true, afterCrash: '1 min, by hand' },
    {
      name: 'ShedLock',
      version: '7.9, by hand',
      durable: true,
      afterCrash: '`defaultLockAtMostFor = "10m"`, as its README shows first',
    },
    {
      name: '@nestjs/locks',
      version: 'its documentation, by hand',
      durable: true,
      sticky: true,
      afterCrash: 'a lease of 30 s, its default',
    },
    {
      name: 'graphile-worker',
      version: versionOf('graphile-worker'),
      durable: true,
      queues: true,
      afterCrash: jobs,
    },
    { name: 'redlock, no fsync', durable: false, ...redlock },
    { name: 'redlock, appendfsync always', durable: true, ...redlock },
  ];
  return all.filter(({ inRedis }) => !inRedis || redis !== undefined);
}

function versionOf(name: string): string {
  return version(new URL(`node_modules/${name}/package.json`, PEERS));
}

function ownVersion(): string {
  return version(new URL('../../package.json', PEERS));
}

function version(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
