import type { OperatorStore } from '../operator-store.js';
import type { OperatorTable } from './operator-tables.js';

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** Privileges on whole tables. A table that is left out is not used. */
export type TablePrivileges = Readonly<Partial<Record<OperatorTable, readonly Privilege[]>>>;

const ORDER: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const READ: readonly Privilege[] = ['SELECT'];
const WRITE: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE'];
/** To lock a row before it is removed, Postgres demands UPDATE, too. */
const REMOVE: readonly Privilege[] = ['SELECT', 'UPDATE', 'DELETE'];

/** What each method of the operator's part of the store needs, and no more. */
export const METHOD_PRIVILEGES: Readonly<Record<keyof OperatorStore, TablePrivileges>> = {
  prepare: {},
  now: {},
  declare: { task: WRITE },
  strangerTo: { task: READ },
  tasks: { lock: READ, request: READ, control: READ, cancel: READ, task: READ, run: READ, action: READ },
  names: { task: READ, run: READ },
  lock: { lock: READ, cancel: READ },
  runs: { run: READ },
  recentRuns: { run: READ },
  ledger: { lock: READ, cancel: READ, task: READ, run: READ, action: READ },
  actions: { action: READ },
  action: { action: READ },
  recordDied: { run: ['SELECT', 'INSERT'] },
  prune: { run: REMOVE, action: REMOVE, task: REMOVE, cancel: REMOVE },
  pause: { control: WRITE, action: ['INSERT'] },
  resume: { control: ['SELECT', 'UPDATE'], action: ['INSERT'] },
  cancel: { lock: ['SELECT', 'UPDATE'], cancel: WRITE, request: ['SELECT', 'UPDATE'], action: ['INSERT'] },
  release: { lock: ['SELECT', 'UPDATE'], cancel: READ, run: ['SELECT', 'INSERT'], action: ['INSERT'] },
  forget: {
    lock: REMOVE,
    request: REMOVE,
    control: ['SELECT', 'DELETE'],
    cancel: ['SELECT', 'DELETE'],
    task: ['SELECT', 'DELETE'],
    run: ['SELECT', 'DELETE'],
    action: ['INSERT'],
  },
  addTrigger: { action: ['SELECT', 'INSERT'] },
  takeTriggers: { action: ['SELECT', 'UPDATE'] },
  startTrigger: { action: ['SELECT', 'UPDATE'] },
  answerTrigger: { action: ['SELECT', 'UPDATE'] },
};

/** What locks and requests need by themselves; DELETE on the lock table is for the purge of keys. */
const LOCKING: TablePrivileges = {
  lock: [...WRITE, 'DELETE'],
  request: [...WRITE, 'DELETE'],
  control: READ,
  cancel: READ,
  run: WRITE,
};

const READING = ['tasks', 'names', 'lock', 'runs', 'recentRuns', 'ledger', 'actions', 'action'] as const;
const RUNNING = [
  'declare',
  'strangerTo',
  'recordDied',
  'prune',
  'takeTriggers',
  'startTrigger',
  'answerTrigger',
] as const;
const STEERING = ['pause', 'resume', 'cancel', 'release', 'forget', 'addTrigger'] as const;

/** Sees everything, and changes nothing. */
export const READER_PRIVILEGES = together(READING.map((method) => METHOD_PRIVILEGES[method]));

/** A person or a program that sees everything and steers. It can run no task. */
export const OPERATOR_PRIVILEGES = together(
  [...READING, ...STEERING].map((method) => METHOD_PRIVILEGES[method]),
);

/** A replica that runs tasks, records them and takes triggers. One that also steers needs those of an operator, too. */
export const APPLICATION_PRIVILEGES = together([
  LOCKING,
  ...[...READING, ...RUNNING].map((method) => METHOD_PRIVILEGES[method]),
]);

/** All privileges that any of them has, for each table in one order. */
function together(parts: readonly TablePrivileges[]): Readonly<Record<OperatorTable, readonly Privilege[]>> {
  const of = (table: OperatorTable): readonly Privilege[] =>
    ORDER.filter((privilege) => parts.some((part) => part[table]?.includes(privilege)));
  return {
    lock: of('lock'),
    request: of('request'),
    control: of('control'),
    cancel: of('cancel'),
    task: of('task'),
    run: of('run'),
    action: of('action'),
  };
}
