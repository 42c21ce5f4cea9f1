import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TaskLock, TaskLockLeader, TaskLockOperator } from '../../src/index.js';
import type { DeposedReason, TaskRun } from '../../src/index.js';
import { InMemoryLockStore } from '../../src/testing/index.js';
import { closeApplicationsAfterEach, compileApplication, startApplication } from '../support/application.js';
import { until } from '../support/until.js';

closeApplicationsAfterEach();

@Injectable()
@TaskLockLeader('projector', { lease: '${projector.lease:15s}' })
class Projector {
  readonly told: string[] = [];

  async onElected(run: TaskRun): Promise<void> {
    this.told.push(`elected as ${run.name}`);
  }

  async onDeposed(reason: DeposedReason): Promise<void> {
    this.told.push(reason);
  }
}

/** The database closes only after the leader has handed over. */
@Injectable()
class Database {
  toldBefore?: readonly string[];

  constructor(private readonly projector: Projector) {}

  onApplicationShutdown(): void {
    this.toldBefore = [...this.projector.told];
  }
}

describe('a provider with @TaskLockLeader', () => {
  test('leads from the end of the start to the shutdown, which hands over before the database is closed', async () => {
    const store = new InMemoryLockStore();
    const application = await startApplication({
      providers: [Projector, Database],
      options: { store, application: 'shop' },
    });
    const [projector, database] = [application.get(Projector), application.get(Database)];
    await until(() => projector.told.length > 0);
    expect(projector.told).toEqual(['elected as shop/projector']);
    const { lockedUntil, startedAt } = store.row('shop/projector')!;
    expect(lockedUntil - startedAt).toBe(15_000);
    await application.close();
    expect(database.toldBefore).toEqual(['elected as shop/projector', 'shutdown']);
    expect(store.row('shop/projector')).toMatchObject({
      outcome: 'succeeded',
      finishedAt: expect.any(Number),
    });
  });

  test('does not lead before the application has started', async () => {
    const application = await compileApplication({ providers: [Projector] });
    const projector = application.get(Projector);
    application.enableShutdownHooks();
    expect(projector.told).toEqual([]);
    await application.init();
    await until(() => projector.told.length > 0);
  });

  test('is a declared task for operators, which is running where it leads, and cannot be triggered', async () => {
    const application = await startApplication({
      providers: [Projector],
      options: { replicaId: 'replica-a' },
    });
    const operator = application.get(TaskLockOperator);
    await until(async () => (await operator.tasks()).items.some(({ state }) => state === 'running'));
    expect((await operator.tasks()).items).toMatchObject([
      {
        name: 'projector',
        member: 'Projector',
        state: 'running',
        running: { replica: 'replica-a' },
        schedule: null,
      },
    ]);
    expect((await operator.explain('projector')).sentences.join('\n')).toMatch(
      /is running on replica-a since [^]*As declared on Projector since/,
    );
    await expect(operator.trigger('projector', { by: 'ann', wait: false })).rejects.toThrow(
      'A leader cannot be triggered',
    );
  });

  test('needs the module: nobody would ever be elected without it', async () => {
    const compiled = Test.createTestingModule({ providers: [Projector] }).compile();
    await expect(compiled).rejects.toThrow('import TaskLockModule.forRoot() into the application');
  });
});

describe('the start fails, and names the class', () => {
  const problemsOf = async (...providers: Provider[]): Promise<string> => {
    const started = startApplication({ providers });
    return started.then(
      () => 'it started',
      ({ message }: Error) => message,
    );
  };

  test('where a method is missing, and names the method', async () => {
    class Half {
      async onElected(): Promise<void> {}
    }
    Injectable()(Half);
    TaskLockLeader('half')(Half as unknown as typeof Projector);
    expect(await problemsOf(Half)).toContain(
      'Half.onDeposed: is missing, which @TaskLockLeader calls: write it as a method, `async onDeposed() {}`',
    );
  });

  test('where the name is that of a task, or of another leader', async () => {
    @Injectable()
    class Jobs {
      @TaskLock('projector')
      async project(): Promise<void> {}
    }
    expect(await problemsOf(Projector, Jobs)).toContain(
      "Projector, option name: 'projector' is the name of Jobs.project already: a leader needs a name of its own",
    );
    @Injectable()
    class Second extends Projector {}
    expect(await problemsOf(Projector, Second)).toContain(
      "Second, option name: 'projector' is the name of Projector already",
    );
  });

  test('where the provider is request-scoped, by itself or by what it depends on, or transient', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class OfRequest extends Projector {}
    @Injectable()
    class Dependent extends Projector {
      constructor(@Inject('of request') readonly of: unknown) {
        super();
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends Projector {}
    const scoped = { provide: 'of request', useFactory: () => ({}), scope: Scope.REQUEST };
    const message =
      'has @TaskLockLeader, and is made anew for each request or for each class that injects it';
    expect(await problemsOf(OfRequest)).toContain(`OfRequest: ${message}`);
    expect(await problemsOf(Dependent, scoped)).toContain(`Dependent: ${message}`);
    expect(await problemsOf(Transient)).toContain(`Transient: ${message}`);
  });

  test('where an option is wrong', async () => {
    @Injectable()
    @TaskLockLeader('other', { lease: '15', leese: '15s' } as object)
    class Wrong extends Projector {}
    const problems = await problemsOf(Wrong);
    expect(problems).toContain("Wrong, option lease: '15' carries no unit");
    expect(problems).toContain('Wrong, option leese: is not an option; there is lease');
  });
});

test('a provider that two modules share stands in the election once', async () => {
  @Module({ providers: [Projector], exports: [Projector] })
  class Projections {}
  const alias = { provide: 'projector', useExisting: Projector };
  const application = await startApplication({ imports: [Projections], providers: [alias] });
  await until(() => application.get(Projector).told.length > 0);
});
