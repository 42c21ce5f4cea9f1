import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { DEFAULT_TABLE } from '../postgres/table-name.js';
import type { TaskLockProblem } from '../task-lock.errors.js';
import type { TaskLockModuleOptions } from '../task-lock.options.js';
import { parseDuration } from './duration.js';
import type { DurationInput } from './duration.js';

/** The module's options with their defaults filled in; durations are milliseconds. */
export interface ModuleSettings extends Pick<TaskLockModuleOptions, 'dataSource' | 'schema' | 'store'> {
  table: string;
  minHoldFactor: number;
  maxHoldFactor: number;
  claimTimeout: number;
  shutdownTimeout: number;
  replicaId: string;
  enabled: boolean;
  /** What is wrong with the options; reported at start-up together with what is wrong with the tasks. */
  problems: readonly TaskLockProblem[];
}

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockModuleOptions>([
  'dataSource',
  'schema',
  'table',
  'minHoldFactor',
  'maxHoldFactor',
  'claimTimeout',
  'shutdownTimeout',
  'replicaId',
  'enabled',
  'store',
]);

export function moduleSettings(options: TaskLockModuleOptions): ModuleSettings {
  const problems: TaskLockProblem[] = [];
  const report = (option: string, message: string): void => {
    problems.push({ where: 'TaskLockModule', option, message });
  };
  const duration = (option: keyof TaskLockModuleOptions & string, input: DurationInput): number => {
    try {
      return parseDuration(input);
    } catch (error) {
      report(option, error instanceof Error ? error.message : String(error));
      return 0;
    }
  };
  const { minHoldFactor = 0.9, maxHoldFactor = 5 } = options;
  if (!(minHoldFactor >= 0 && minHoldFactor < 1)) {
    report('minHoldFactor', `${minHoldFactor} must be a part of the interval: from 0 to below 1`);
  }
  if (!(maxHoldFactor > 0 && maxHoldFactor >= minHoldFactor && Number.isFinite(maxHoldFactor))) {
    report('maxHoldFactor', `${maxHoldFactor} must be more than 0 and at least minHoldFactor`);
  }
  for (const option of Object.keys(options)) {
    if (!KNOWN_OPTIONS.has(option))
      report(option, `is not an option; there are ${[...KNOWN_OPTIONS].join(', ')}`);
  }
  for (const option of ['schema', 'table', 'replicaId'] as const) {
    if (options[option]?.trim() === '') report(option, 'must not be empty; leave it out for the default');
  }
  return {
    dataSource: options.dataSource,
    schema: options.schema,
    store: options.store,
    table: options.table ?? DEFAULT_TABLE,
    minHoldFactor,
    maxHoldFactor,
    claimTimeout: duration('claimTimeout', options.claimTimeout ?? '5s'),
    shutdownTimeout: duration('shutdownTimeout', options.shutdownTimeout ?? '25s'),
    replicaId: options.replicaId ?? `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
    enabled: options.enabled ?? true,
    problems,
  };
}
