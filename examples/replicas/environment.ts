/** What the demo tells a replica while it runs. */
export type Order =
  { kind: 'announce'; scheduledTime: number } | { kind: 'burst'; firstChange: number } | { kind: 'stop' };

/** What the demo tells a replica when it starts. */
export interface ReplicaSetup {
  name: string;
  url: string;
  schema: string;
  journalFile: string;
  /** Whether it serves the page of the tasks, on a free port of loopback. */
  servesPage: boolean;
}

/** What a replica that serves the page tells the demo. */
export interface PageReport {
  page: string;
}

const VARIABLES = {
  name: 'DEMO_REPLICA',
  url: 'DEMO_DATABASE_URL',
  schema: 'DEMO_SCHEMA',
  journalFile: 'DEMO_JOURNAL',
  servesPage: 'DEMO_SERVES_PAGE',
} as const;

export function toEnvironment(setup: ReplicaSetup): Record<string, string> {
  return {
    [VARIABLES.name]: setup.name,
    [VARIABLES.url]: setup.url,
    [VARIABLES.schema]: setup.schema,
    [VARIABLES.journalFile]: setup.journalFile,
    [VARIABLES.servesPage]: String(setup.servesPage),
  };
}

export function replicaEnvironment(environment: Readonly<Record<string, string | undefined>>): ReplicaSetup {
  const read = (variable: string): string => {
    const value = environment[variable];
    if (!value) throw new Error(`${variable} is not set: a replica is started by the demo, npm run demo`);
    return value;
  };
  return {
    name: read(VARIABLES.name),
    url: read(VARIABLES.url),
    schema: read(VARIABLES.schema),
    journalFile: read(VARIABLES.journalFile),
    servesPage: read(VARIABLES.servesPage) === 'true',
  };
}
