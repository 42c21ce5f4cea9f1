import type { DataSource, EntityManager } from 'typeorm';
import type { LockClock } from '../../src/common/clock.js';
import { createTaskLockCore } from '../../src/nest/core.js';
import { TaskLockService } from '../../src/nest/task-lock.service.js';
import { TaskLockShutdown } from '../../src/nest/task-lock.shutdown.js';
import type { LockStore } from '../../src/store/lock-store.js';
import { declarationsOf } from '../../src/tasks/declaration.js';
import type { TaskLockModuleOptions } from '../../src/tasks/options.js';
import { moduleSettings } from '../../src/tasks/settings/module-settings.js';
import { ConfigValues } from '../../src/tasks/settings/placeholders.js';
import { scanTasks } from '../../src/tasks/task-scan.js';
import { recordingLog } from './locks.js';

export interface ServiceReplica extends TaskLockModuleOptions {
  store: LockStore;
  clock: LockClock;
  /** Instances whose decorated methods are the tasks of the application. */
  jobs?: object[];
  environment?: Record<string, string>;
}

/** The service of one replica without a container: its clock moves when the test says so. */
export function serviceReplica({ clock, jobs = [], environment = {}, ...options }: ServiceReplica) {
  const log = recordingLog();
  const committed: string[] = [];
  const core = createTaskLockCore({
    settings: moduleSettings(options),
    values: new ConfigValues(environment),
    store: options.store,
    clock,
    log,
    dataSource: () => committingTo(committed),
    scheduler: {
      mayTick: () => false,
      hasFired: () => {},
      jobNameOf: () => undefined,
      cronTimeOf: () => undefined,
    },
  });
  const classes = jobs.map((instance) => ({
    declarations: declarationsOf(instance),
    instances: [instance],
    registrations: 1,
    isTransient: false,
    isFired: true,
  }));
  scanTasks(classes, core.registry);
  for (const instance of jobs) core.dispatcher.attachTo(instance);
  const service = new TaskLockService(core, () => {});
  const shutDown = (): Promise<void> => new TaskLockShutdown(core).beforeApplicationShutdown();
  return { core, service, log, committed, shutDown };
}

/** Writes down in the transaction of a {@link serviceReplica}. */
export function writing(text: string) {
  return async (manager: EntityManager): Promise<void> =>
    (manager as unknown as { write: (text: string) => void }).write(text);
}

/** A data source that has nothing but transactions. */
function committingTo(committed: string[]): DataSource {
  const transaction = async (
    _level: string,
    work: (manager: unknown) => Promise<unknown>,
  ): Promise<unknown> => {
    const written: string[] = [];
    const value = await work({ write: (text: string) => void written.push(text) });
    committed.push(...written);
    return value;
  };
  return { options: { type: 'postgres' }, transaction } as unknown as DataSource;
}
