/** Injects what the demo has told this replica. */
export const SETUP = Symbol('ReplicaSetup');
