import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { applicationProblem } from '../../store/lock-name.js';
import { messageOf } from '../../common/error-text.js';
import type { TaskLockProblem } from '../errors.js';
import type { TaskLockModuleOptions } from '../options.js';
import { parseDuration } from '../../common/duration.js';
import type { DurationInput } from '../../common/duration.js';

/** The module's options with their defaults filled in; durations are milliseconds. */
export interface ModuleSettings extends Pick<
  TaskLockModuleOptions,
  'dataSource' | 'schema' | 'table' | 'store' | 'application' | 'redactError'
> {
  minHoldFactor: number;
  maxHoldFactor: number;
  lease: number;
  claimTimeout: number;
  shutdownTimeout: number;
  pollingInterval: number;
  history: boolean;
  /** Infinite for never. */
  operatorPolling: number;
  overdueAfter: number;
  replicaId: string;
  preparedStatements: boolean;
  enabled: boolean;
  /** What is wrong with the options. The start-up reports it together with the problems of the tasks. */
  problems: readonly TaskLockProblem[];
}

const DEFAULTS = { minHoldFactor: 0.9, maxHoldFactor: 5 };

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockModuleOptions>([
  'dataSource',
  'schema',
  'table',
  'application',
  'minHoldFactor',
  'maxHoldFactor',
  'lease',
  'claimTimeout',
  'shutdownTimeout',
  'pollingInterval',
  'replicaId',
  'preparedStatements',
  'history',
  'redactError',
  'operatorPolling',
  'overdueAfter',
  'enabled',
  'store',
]);

const SHORTEST_POLLING = 100;
/** Each look of each replica is a query, whether or not anybody ever triggers a run. */
const SHORTEST_OPERATOR_POLLING = 1_000;
/** Postgres cuts names off at 63 bytes, and the longest name that we build adds `_request_due`. */
const LONGEST_TABLE = 51;

type DurationOption =
  'lease' | 'claimTimeout' | 'shutdownTimeout' | 'pollingInterval' | 'operatorPolling' | 'overdueAfter';

export function moduleSettings(options: TaskLockModuleOptions): ModuleSettings {
  const problems: TaskLockProblem[] = [];
  const report = (option: string, message: string): void => {
    problems.push({ where: 'TaskLockModule', option, message });
  };
  const duration = (option: DurationOption, input: DurationInput): number => {
    try {
      return parseDuration(input);
    } catch (error) {
      report(option, messageOf(error));
      return NaN;
    }
  };
  const { minHoldFactor = DEFAULTS.minHoldFactor, maxHoldFactor = DEFAULTS.maxHoldFactor } = options;
  const minHoldFactorFits = isNumber(minHoldFactor) && minHoldFactor >= 0 && minHoldFactor < 1;
  if (!minHoldFactorFits) {
    report('minHoldFactor', `${minHoldFactor} must be a number from 0 to below 1: a part of the interval`);
  }
  const maxHoldFactorFits =
    isNumber(maxHoldFactor) && maxHoldFactor > 0 && !(minHoldFactorFits && maxHoldFactor < minHoldFactor);
  if (!maxHoldFactorFits) {
    report('maxHoldFactor', `${maxHoldFactor} must be a number, more than 0 and at least minHoldFactor`);
  }
  for (const option of Object.keys(options)) {
    if (!KNOWN_OPTIONS.has(option))
      report(option, `is not an option; there are ${[...KNOWN_OPTIONS].join(', ')}`);
  }
  for (const option of ['schema', 'table', 'replicaId'] as const) {
    const given: unknown = options[option];
    if (given !== undefined && (typeof given !== 'string' || given.trim() === '')) {
      report(option, 'must be a non-empty string; leave it out for the default');
    }
  }
  if (typeof options.table === 'string' && Buffer.byteLength(options.table) > LONGEST_TABLE)
    report(
      'table',
      `must be at most ${LONGEST_TABLE} bytes: Postgres would cut off the names that are built from it`,
    );
  const { application } = options;
  const wrongApplication = application === undefined ? undefined : applicationProblem(application);
  if (wrongApplication !== undefined) report('application', wrongApplication);
  // A string from an environment variable is refused: 'false' would count as true.
  const flag = (option: 'enabled' | 'preparedStatements' | 'history'): boolean => {
    const given: unknown = options[option] ?? true;
    if (typeof given !== 'boolean') report(option, `'${String(given)}' must be true or false`);
    return given !== false;
  };
  const lease = duration('lease', options.lease ?? '60s');
  // With a lease of 0, each lock would be lost before its method begins.
  if (lease === 0) report('lease', "must be more than 0: write it like '60s'");
  const claimTimeout = duration('claimTimeout', options.claimTimeout ?? '5s');
  // With a timeout of 0, no claim would ever get its answer in time.
  if (claimTimeout === 0) report('claimTimeout', "must be more than 0: write it like '5s'");
  const pollingInterval = duration('pollingInterval', options.pollingInterval ?? '5s');
  // With a shorter one, replicas would poll almost without a pause.
  if (pollingInterval < SHORTEST_POLLING) report('pollingInterval', "must be at least '100ms'");
  const { operatorPolling: looks = '15s', redactError } = options;
  const operatorPolling = looks === false ? Infinity : duration('operatorPolling', looks);
  if (operatorPolling < SHORTEST_OPERATOR_POLLING)
    report('operatorPolling', "must be at least '1s', or false for never");
  if (redactError !== undefined && typeof redactError !== 'function')
    report(
      'redactError',
      `must be a function, like (error) => error.slice(0, 100); it is ${typeof redactError}`,
    );
  return {
    dataSource: options.dataSource,
    schema: options.schema,
    store: options.store,
    table: options.table,
    application,
    // A wrong factor is reported once: with the default, no task reports impossible holds as well.
    minHoldFactor: minHoldFactorFits ? minHoldFactor : DEFAULTS.minHoldFactor,
    maxHoldFactor: maxHoldFactorFits ? maxHoldFactor : DEFAULTS.maxHoldFactor,
    lease,
    claimTimeout,
    shutdownTimeout: duration('shutdownTimeout', options.shutdownTimeout ?? '25s'),
    pollingInterval,
    history: flag('history'),
    redactError,
    operatorPolling,
    overdueAfter: duration('overdueAfter', options.overdueAfter ?? '1m'),
    replicaId: options.replicaId ?? replicaIdOf(application),
    preparedStatements: flag('preparedStatements'),
    enabled: flag('enabled'),
    problems,
  };
}

function replicaIdOf(application: string | undefined): string {
  const own = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;
  return application === undefined ? own : `${application}@${own}`;
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}
