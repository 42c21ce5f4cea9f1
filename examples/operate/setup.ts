/** What the demo tells a replica when it starts. */
export interface ReplicaSetup {
  name: string;
  url: string;
  /** The old deployment declares a task by a name that the new one does not know. */
  deployment: 'old' | 'new';
  /** Whether `import-prices` hangs on this replica. */
  hangs: boolean;
}

const VARIABLE = 'OPERATE_DEMO_REPLICA';

export function toEnvironment(setup: ReplicaSetup): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(setup) };
}

export function setupOf(environment: NodeJS.ProcessEnv): ReplicaSetup {
  const text = environment[VARIABLE];
  if (!text)
    throw new Error(`${VARIABLE} is not set: a replica is started by the demo, npm run demo:operate`);
  return JSON.parse(text) as ReplicaSetup;
}

/** What a replica can be told to run, without its schedule. */
export type Order = 'export-orders' | 'send-invoice';
