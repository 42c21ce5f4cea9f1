import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { messageOf } from '../../common/error-text.js';
import type { TaskLockProblem } from '../errors.js';
import type { TaskLockModuleOptions } from '../options.js';
import { parseDuration } from '../../common/duration.js';
import type { DurationInput } from '../../common/duration.js';

/** The module's options with their defaults filled in; durations are milliseconds. */
export interface ModuleSettings extends Pick<
  TaskLockModuleOptions,
  'dataSource' | 'schema' | 'table' | 'store'
> {
  minHoldFactor: number;
  maxHoldFactor: number;
  lease: number;
  claimTimeout: number;
  shutdownTimeout: number;
  pollingInterval: number;
  replicaId: string;
  preparedStatements: boolean;
  enabled: boolean;
  /** What is wrong with the options; reported at start-up together with what is wrong with the tasks. */
  problems: readonly TaskLockProblem[];
}

const DEFAULTS = { minHoldFactor: 0.9, maxHoldFactor: 5 };

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockModuleOptions>([
  'dataSource',
  'schema',
  'table',
  'minHoldFactor',
  'maxHoldFactor',
  'lease',
  'claimTimeout',
  'shutdownTimeout',
  'pollingInterval',
  'replicaId',
  'preparedStatements',
  'enabled',
  'store',
]);

const SHORTEST_POLLING = 100;
/** Postgres cuts names off at 63 bytes, and `_request_due` is put behind it. */
const LONGEST_TABLE = 51;

type DurationOption = 'lease' | 'claimTimeout' | 'shutdownTimeout' | 'pollingInterval';

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
    report('minHoldFactor', `${minHoldFactor} must be a number, a part of the interval: from 0 to below 1`);
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
      report(option, 'must be a text that is not empty; leave it out for the default');
    }
  }
  if (typeof options.table === 'string' && Buffer.byteLength(options.table) > LONGEST_TABLE)
    report('table', `must be at most ${LONGEST_TABLE} bytes: the names that are made of it would be cut off`);
  // An environment variable is a text: 'false' would lock, '' would not.
  const flag = (option: 'enabled' | 'preparedStatements'): boolean => {
    const given: unknown = options[option] ?? true;
    if (typeof given !== 'boolean') report(option, `'${String(given)}' must be true or false`);
    return given !== false;
  };
  const lease = duration('lease', options.lease ?? '60s');
  // Each lock would be lost before its method begins.
  if (lease === 0) report('lease', "must be more than 0: write it like '60s'");
  const claimTimeout = duration('claimTimeout', options.claimTimeout ?? '5s');
  // No claim would ever have its answer in time.
  if (claimTimeout === 0) report('claimTimeout', "must be more than 0: write it like '5s'");
  const pollingInterval = duration('pollingInterval', options.pollingInterval ?? '5s');
  // Replicas would look for requests without a pause.
  if (pollingInterval < SHORTEST_POLLING) report('pollingInterval', "must be at least '100ms'");
  return {
    dataSource: options.dataSource,
    schema: options.schema,
    store: options.store,
    table: options.table,
    // A factor that is wrong is reported once, and not by each task that it would give impossible holds.
    minHoldFactor: minHoldFactorFits ? minHoldFactor : DEFAULTS.minHoldFactor,
    maxHoldFactor: maxHoldFactorFits ? maxHoldFactor : DEFAULTS.maxHoldFactor,
    lease,
    claimTimeout,
    shutdownTimeout: duration('shutdownTimeout', options.shutdownTimeout ?? '25s'),
    pollingInterval,
    replicaId: options.replicaId ?? `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
    preparedStatements: flag('preparedStatements'),
    enabled: flag('enabled'),
    problems,
  };
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}
