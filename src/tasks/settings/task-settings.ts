import { keyedNameIsTooLong, lockNameIn, lockNameProblem } from '../../store/lock-name.js';
import { messageOf } from '../../common/error-text.js';
import type { Schedule } from '../schedule/schedule.js';
import type { TaskLockProblem } from '../errors.js';
import type { TaskLockDefinition, WhenFunction } from '../options.js';
import type { ConfigValues } from './placeholders.js';
import { callSettings } from './overlap-settings.js';
import type { CallSettings } from './overlap-settings.js';
import { formatDuration, parseDuration } from '../../common/duration.js';
import type { DurationInput } from '../../common/duration.js';
import type { ModuleSettings } from './module-settings.js';
import { resolvePlaceholders } from './placeholders.js';
import { requestSettings } from './request-settings.js';
import type { RequestSettings } from './request-settings.js';

/** The settings of a task with its placeholders resolved; durations are milliseconds. */
export interface TaskSettings extends CallSettings, RequestSettings {
  /** The name of its lock: the declared one, behind that of the application. */
  name: string;
  /** The name that the code gives it. */
  declaredName: string;
  interval?: number;
  /** Whether this replica may run it. Its `this` is the instance. */
  when?: WhenFunction;
  recover: boolean;
  minHold: number;
  maxHold: number;
  lease: number;
  /** How early, by the database's clock, a tick may be granted. */
  tolerance: number;
}

const DEFAULT_MAX_HOLD = 3_600_000;
const LARGEST_TOLERANCE = 1_000;
const SHORTEST_DERIVED_LEASE = 5_000;

const KNOWN_OPTIONS: ReadonlySet<string> = new Set<keyof TaskLockDefinition>([
  'name',
  'interval',
  'minHold',
  'maxHold',
  'recover',
  'key',
  'overlap',
  'waitTimeout',
  'missed',
  'catchupWindow',
  'attempts',
  'debounce',
  'when',
]);

type DurationOption = 'interval' | 'minHold' | 'maxHold' | 'waitTimeout' | 'catchupWindow';

/** If one of these is wrong, the holds that are computed from it are not reported as well. */
const DURATIONS: ReadonlySet<string> = new Set<keyof TaskLockDefinition>(['interval', 'minHold', 'maxHold']);

/** Where a task's settings come from. */
export interface TaskSource {
  definition: TaskLockDefinition;
  schedule?: Schedule;
}

/** Reads the settings of a task, and everything that is wrong with them. Use them only if there are no problems. */
export function taskSettings(
  { definition, schedule }: TaskSource,
  module: Pick<ModuleSettings, 'minHoldFactor' | 'maxHoldFactor' | 'lease' | 'application'>,
  values: ConfigValues,
): { settings: TaskSettings; problems: Omit<TaskLockProblem, 'where'>[] } {
  const problems: Omit<TaskLockProblem, 'where'>[] = [];
  const tryRead = <T>(option: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push({ option, message: messageOf(error) });
      return undefined;
    }
  };
  const duration = (option: DurationOption): number | undefined => {
    const given = definition[option];
    return given === undefined ? undefined : tryRead(option, () => readDuration(given, values));
  };

  for (const option of Object.keys(definition)) {
    if (!KNOWN_OPTIONS.has(option)) {
      problems.push({
        option,
        message: `is not an option of @TaskLock; there are ${[...KNOWN_OPTIONS].join(', ')}`,
      });
    }
  }
  const { name, declaredName } = tryRead('name', () => taskNames(definition.name, values, module)) ?? {
    name: '',
    declaredName: '',
  };
  const interval = duration('interval') ?? schedule?.gap;
  if (schedule && schedule.gap === undefined && definition.interval === undefined) {
    const message =
      `${schedule.description} ticks once, so there is no interval to read off it: give one, ` +
      `like @TaskLock('${declaredName}', '1h')`;
    problems.push({ option: 'interval', message });
  }
  if (interval === 0) problems.push({ option: 'interval', message: 'must be more than 0' });

  const minHold = duration('minHold') ?? defaultMinHold(interval, schedule, module.minHoldFactor);
  const maxHold =
    duration('maxHold') ?? (interval === undefined ? DEFAULT_MAX_HOLD : interval * module.maxHoldFactor);
  if (!problems.some(({ option = '' }) => DURATIONS.has(option))) {
    problems.push(...holdProblems({ interval, minHold, maxHold }));
  }
  const recover: unknown = definition.recover ?? false;
  if (typeof recover !== 'boolean') {
    problems.push({ option: 'recover', message: `'${String(recover)}' must be true or false` });
  }
  const when: unknown = definition.when;
  if (when !== undefined && typeof when !== 'function') {
    const given = typeof when === 'boolean' ? String(when) : typeof when;
    const message = `must be a function that returns true or false, like () => isLeader(); it is ${given}`;
    problems.push({ option: 'when', message });
  }
  const calls = callSettings(definition, schedule, duration);
  const requests = requestSettings(definition, (input) => readDuration(input, values));
  problems.push(...calls.problems, ...requests.problems);
  if (calls.settings.key && keyedNameIsTooLong(name))
    problems.push({ option: 'name', message: 'is too long for a lock name of its own for each key' });
  const tolerance = Math.min(LARGEST_TOLERANCE, (interval ?? Infinity) / 10);
  const lease = leaseFor(minHold, maxHold, module.lease);
  const holds = { interval, minHold, maxHold, lease, tolerance };
  const settings = {
    name,
    declaredName,
    when: definition.when,
    recover: recover === true,
    ...holds,
    ...calls.settings,
    ...requests.settings,
  };
  return { settings, problems };
}

/**
 * A task's names, with placeholders resolved.
 *
 * @throws Error that says why it cannot be a name
 */
export function taskNames(
  text: string,
  values: ConfigValues,
  { application }: Pick<ModuleSettings, 'application'>,
): Pick<TaskSettings, 'name' | 'declaredName'> {
  if (typeof text !== 'string')
    throw new Error(`must be a string, like @TaskLock('clean-up'); it is ${typeof text}`);
  const declaredName = String(resolvePlaceholders(text, values));
  const name = lockNameIn(application, declaredName);
  const problem = lockNameProblem(declaredName) ?? lockNameProblem(name);
  if (problem !== undefined) throw new Error(problem);
  return { name, declaredName };
}

/**
 * Reads a length of time that may hold placeholders, in milliseconds.
 *
 * @throws Error that says what is wrong. It quotes the placeholder beside its value, because the value alone does not stand in the code
 */
export function readDuration(input: DurationInput, values: ConfigValues): number {
  if (typeof input !== 'string') return parseDuration(input);
  const value = resolvePlaceholders(input, values);
  try {
    return parseDuration(value);
  } catch (error) {
    if (value === input) throw error;
    throw new Error(`${messageOf(error)}; this is what '${input}' resolved to`, { cause: error });
  }
}

/**
 * If the schedule ticks more often than the interval, the hold leaves out only half a gap: with 0.9 alone, a daily task
 * that is polled hourly would run at 0, 22, 20 … o'clock.
 */
function defaultMinHold(
  interval: number | undefined,
  schedule: Schedule | undefined,
  factor: number,
): number {
  if (interval === undefined) return 0;
  const gap = schedule?.gap;
  return gap !== undefined && gap < interval
    ? Math.max(interval * factor, interval - gap / 2)
    : interval * factor;
}

/**
 * After a crash the other replicas wait for the lease, so a lease of a minute would cost a minute's task its next tick
 * too. A lease below five seconds would be lost in a short pause of the process.
 */
function leaseFor(minHold: number, maxHold: number, lease: number): number {
  const derived = minHold > 0 ? Math.max(minHold, SHORTEST_DERIVED_LEASE) : lease;
  return Math.min(lease, derived, maxHold);
}

function holdProblems(holds: { interval?: number; minHold: number; maxHold: number }) {
  const { interval, minHold, maxHold } = holds;
  const problems: Omit<TaskLockProblem, 'where'>[] = [];
  const [min, max] = [formatDuration(minHold), formatDuration(maxHold)];
  if (maxHold === 0) problems.push({ option: 'maxHold', message: 'must be more than 0' });
  if (interval !== undefined && minHold >= interval) {
    const message =
      `the minimum hold of ${min} must be below the interval of ${formatDuration(interval)}, ` +
      `or ticks are refused`;
    problems.push({ option: 'minHold', message });
  }
  if (minHold > maxHold) {
    problems.push({
      option: 'minHold',
      message: `the minimum hold of ${min} must not be above the maximum hold of ${max}`,
    });
  }
  return problems;
}
