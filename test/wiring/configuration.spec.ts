import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import type { ModuleMetadata } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Interval } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { TaskLock, TaskLockModule } from '../../src/index.js';
import type { TaskLockModuleOptions } from '../../src/index.js';
import type { TaskLockCore } from '../../src/nest/core.js';
import { TASK_LOCK_CORE } from '../../src/nest/task-lock.tokens.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { buildApplication, closeApplicationsAfterEach, startApplication } from '../support/application.js';
import { CapturedLog } from '../support/captured-log.js';

closeApplicationsAfterEach();
afterEach(() => void jest.restoreAllMocks());

const HOUR = 3_600_000;

@Injectable()
class Citations {
  @Interval(60_000)
  @TaskLock('refresh', '${citations.refreshEvery:24h}')
  async refresh(): Promise<void> {}

  @TaskLock({
    name: '${citations.prefix:${app.name:shop}}-prune',
    interval: '${citations.pruneEvery:${citations.refreshEvery:1d}}',
    minHold: '${citations.minHold:30m}',
    maxHold: '${citations.maxHold:P2D}',
  })
  async prune(): Promise<void> {}
}

function setEnvironment(variables: Record<string, string>): void {
  jest.replaceProperty(process, 'env', { ...process.env, ...variables });
}

const configured = (values: Record<string, unknown>) =>
  ConfigModule.forRoot({ load: [() => values], ignoreEnvFile: true });

/** What the tasks are made of once the application has started. */
async function tasksWith({
  config,
  options,
}: { config?: Record<string, unknown>; options?: TaskLockModuleOptions } = {}) {
  const imports = config ? [configured(config)] : [];
  const application = await startApplication({ imports, providers: [Citations], options });
  const registry = application.get<TaskLockCore>(TASK_LOCK_CORE).registry;
  return { refresh: registry.get('refresh')!, taskNamed: (name: string) => registry.get(name) };
}

describe('a placeholder takes its value from', () => {
  const config = { citations: { refreshEvery: '3h' } };

  test('its default, where there is nothing else', async () => {
    expect((await tasksWith()).refresh.interval).toBe(24 * HOUR);
  });

  test('ConfigService, before its default', async () => {
    expect((await tasksWith({ config })).refresh.interval).toBe(3 * HOUR);
  });

  test('the upper-snake environment variable, before ConfigService', async () => {
    setEnvironment({ CITATIONS_REFRESH_EVERY: '2h' });
    expect((await tasksWith({ config })).refresh.interval).toBe(2 * HOUR);
  });

  test('the environment variable of that very name, before all others', async () => {
    setEnvironment({ 'citations.refreshEvery': '1h', CITATIONS_REFRESH_EVERY: '2h' });
    expect((await tasksWith({ config })).refresh.interval).toBe(HOUR);
  });

  test('a number of the configuration, in milliseconds', async () => {
    expect((await tasksWith({ config: { citations: { refreshEvery: 5_400_000 } } })).refresh.interval).toBe(
      1.5 * HOUR,
    );
  });

  test('the defaults inside of its default, in any option', async () => {
    const task = (await tasksWith()).taskNamed('shop-prune');
    expect(task).toMatchObject({ interval: 24 * HOUR, minHold: HOUR / 2, maxHold: 48 * HOUR });
  });

  test('what those defaults name', async () => {
    setEnvironment({ APP_NAME: 'books', CITATIONS_MIN_HOLD: '10m' });
    const task = (await tasksWith({ config })).taskNamed('books-prune');
    expect(task).toMatchObject({ interval: 3 * HOUR, minHold: HOUR / 6 });
  });
});

describe('ConfigService of @nestjs/config is found', () => {
  const config = { citations: { refreshEvery: '3h' } };
  afterEach(() => renamed('ConfigService'));

  /** Gives the class the name that a bundler would give it. */
  function renamed(name: string): void {
    Object.defineProperty(ConfigService, 'name', { value: name, configurable: true });
  }

  /** The interval of the task with a placeholder, in an application that has these imports and providers. */
  async function intervalWith(metadata: ModuleMetadata): Promise<number | undefined> {
    const { providers = [], ...others } = metadata;
    const application = await startApplication({ ...others, providers: [Citations, ...providers] });
    return application.get<TaskLockCore>(TASK_LOCK_CORE).registry.get('refresh')?.interval;
  }

  test.each(['q', 'ConfigService2', ''])('where a bundler calls its class %j', async (name) => {
    renamed(name);
    expect(await intervalWith({ imports: [configured(config)] })).toBe(3 * HOUR);
  });

  test('in a module that is not global, also by forFeature alone', async () => {
    @Module({ imports: [ConfigModule.forFeature(() => config)] })
    class Feature {}
    expect(await intervalWith({ imports: [Feature] })).toBe(3 * HOUR);
  });

  test('in each of several modules', async () => {
    @Module({ imports: [ConfigModule.forFeature(() => ({ other: 1 }))] })
    class Feature {}
    const imports = [
      ConfigModule.forRoot({ isGlobal: true, load: [() => config], ignoreEnvFile: true }),
      Feature,
    ];
    expect(await intervalWith({ imports })).toBe(3 * HOUR);
  });

  test('without its module, as tests provide it', async () => {
    const provided = { provide: ConfigService, useValue: new ConfigService(config) };
    renamed('q');
    expect(await intervalWith({ providers: [provided] })).toBe(3 * HOUR);
  });

  test('beside one that has no such value', async () => {
    const empty = { provide: ConfigService, useValue: new ConfigService({}) };
    expect(await intervalWith({ imports: [configured(config)], providers: [empty] })).toBe(3 * HOUR);
  });

  /** Starts the application, with this in the place of its ConfigService. */
  async function startWith(service: unknown): Promise<number | undefined> {
    const application = await buildApplication({ imports: [configured(config)], providers: [Citations] })
      .overrideProvider(ConfigService)
      .useValue(service)
      .compile();
    try {
      await application.init();
      return application.get<TaskLockCore>(TASK_LOCK_CORE).registry.get('refresh')?.interval;
    } finally {
      await application.close();
    }
  }

  test('as what a test puts in its place, with get() alone', async () => {
    const values: Record<string, string> = { 'citations.refreshEvery': '5h' };
    expect(await startWith({ get: (path: string) => values[path] })).toBe(5 * HOUR);
  });

  describe('and not mistaken for', () => {
    const missing = (path: string): never => {
      throw new Error(`${path} is missing`);
    };
    const itsShape = { get: missing, getOrThrow: missing, set: missing };

    test("an application's own class of that name and shape", async () => {
      const own = { ConfigService: class {} }.ConfigService;
      Object.assign(own.prototype, itsShape);
      expect(await intervalWith({ providers: [own] })).toBe(24 * HOUR);
      expect(await intervalWith({ imports: [configured(config)], providers: [own] })).toBe(3 * HOUR);
    });

    test("an application's own class that extends it", async () => {
      @Injectable()
      class StrictConfig extends ConfigService {
        override get(path: string): never {
          return missing(path);
        }
      }
      expect(await intervalWith({ imports: [configured(config)], providers: [StrictConfig] })).toBe(3 * HOUR);
    });

    test("an application's own providers with its tokens", async () => {
      @Injectable()
      class Settings {
        constructor(@Inject('CONFIGURATION_TOKEN') readonly settings: object) {}
        get = missing;
      }
      const providers = [
        { provide: 'CONFIGURATION_TOKEN', useValue: {} },
        { provide: 'ConfigService', useValue: itsShape },
        { provide: (() => undefined) as never, useValue: itsShape },
        Settings,
      ];
      expect(await intervalWith({ providers })).toBe(24 * HOUR);
    });
  });

  test.each([
    ['nothing', undefined],
    ['a value without get()', {}],
  ])('or else the start is an error that says so: %s stands in its place', async (_, service) => {
    await expect(startWith(service)).rejects.toThrow(
      /Citations\.refresh, option interval: ConfigModule of @nestjs\/config is imported, but its ConfigService is not there/,
    );
  });
});

test('an operator changes an interval, and its holds, with an environment variable', async () => {
  expect((await tasksWith()).refresh).toMatchObject({ minHold: 24 * HOUR - 30_000, maxHold: 120 * HOUR });
  setEnvironment({ CITATIONS_REFRESH_EVERY: '1h' });
  expect((await tasksWith()).refresh).toMatchObject({
    interval: HOUR,
    minHold: HOUR - 30_000,
    maxHold: 5 * HOUR,
  });
});

test('what a task got is a debug line at start-up, so that an operator sees which value took effect', async () => {
  setEnvironment({ CITATIONS_REFRESH_EVERY: '1h' });
  const logger = new CapturedLog();
  await startApplication({ providers: [Citations], logger });
  expect(logger.lines).toContainEqual({
    level: 'debug',
    message: '"refresh" every 1h: minimum hold 59.5m, maximum hold 5h, lease 1m',
  });
});

test('a wrong value is reported with the placeholder that it came from', async () => {
  setEnvironment({ CITATIONS_REFRESH_EVERY: '6' });
  await expect(startApplication({ providers: [Citations] })).rejects.toThrow(
    "for milliseconds; this is what '${citations.refreshEvery:24h}' resolved to",
  );
});

test("the module's factors stand in for the holds that a task does not give", async () => {
  const { refresh, taskNamed } = await tasksWith({ options: { minHoldFactor: 0.5, maxHoldFactor: 2 } });
  expect(refresh).toMatchObject({ minHold: 24 * HOUR - 30_000, maxHold: 48 * HOUR });
  expect(taskNamed('shop-prune')).toMatchObject({ minHold: HOUR / 2, maxHold: 48 * HOUR });
});

describe('forRootAsync', () => {
  test('takes the options from a factory with injected dependencies', async () => {
    const store = new InMemoryLockStore();
    const application = await Test.createTestingModule({
      imports: [
        TaskLockModule.forRootAsync({
          imports: [configured({ lock: { replica: 'replica-7', maxHoldFactor: 3 } })],
          inject: [ConfigService],
          useFactory: (config: ConfigService) => ({
            store,
            replicaId: config.get<string>('lock.replica'),
            maxHoldFactor: config.get<number>('lock.maxHoldFactor'),
          }),
        }),
      ],
      providers: [Citations],
    }).compile();
    await application.init();
    await application.get(Citations).refresh();
    expect(store.row('refresh')?.lockedBy).toBe('replica-7');
    expect(application.get<TaskLockCore>(TASK_LOCK_CORE).registry.get('refresh')?.maxHold).toBe(72 * HOUR);
    await application.close();
  });

  test('reports wrong options as forRoot does', async () => {
    const wrong = TaskLockModule.forRootAsync({
      useFactory: async () => ({ enabled: false, claimTimeout: '5' }),
    });
    const application = await Test.createTestingModule({ imports: [wrong] }).compile();
    await expect(application.init()).rejects.toThrow(
      "TaskLockModule, option claimTimeout: '5' carries no unit",
    );
    await application.close();
  });
});
