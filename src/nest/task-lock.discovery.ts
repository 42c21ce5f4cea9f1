import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { ConfigReader } from '../tasks/settings/placeholders.js';
import { ConfigServices } from './config-services.js';
import { DISPATCHER_TOKEN } from '../calls/dispatcher-key.js';
import { declarationsOf } from '../tasks/declaration.js';
import { leaderDeclarationOf } from '../tasks/leader-declaration.js';
import type { DiscoveredClass } from '../tasks/task-scan.js';
import { namedTimerOf } from '../tasks/schedule/schedule-metadata.js';
import { isTimerRegistry } from './scheduled-jobs.js';
import type { TimerRegistry, TimerStarter } from './scheduled-jobs.js';
import type { DiscoveredLeader } from './leader-providers.js';
import type { NamedTimer } from './timer-names.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds classes with tasks, the scheduler and the `ConfigService` in the application's container. */
@Injectable()
export class TaskLockDiscovery {
  private config?: ConfigReader;
  private registry?: TimerRegistry;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly container: ModulesContainer,
  ) {}

  /** How many modules the application has: a module that is loaded later adds to it. */
  get modules(): number {
    return this.container.size;
  }

  decoratedClasses(): DiscoveredClass[] {
    const classes = new Map<unknown, DiscoveredClass & { instances: object[] }>();
    for (const wrapper of this.wrappers()) {
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null) continue;
      const declarations = declarationsOf(instance);
      if (declarations.length === 0) continue;
      const type = instance.constructor;
      let known = classes.get(type);
      if (!known)
        classes.set(
          type,
          (known = { declarations, instances: [], registrations: 0, isTransient: false, isFired: false }),
        );
      if (!known.instances.includes(instance)) known.instances.push(instance);
      known.registrations++;
      known.isTransient ||= wrapper.isTransient;
      known.isFired ||= wrapper.isDependencyTreeStatic();
    }
    return [...classes.values()];
  }

  leaders(): DiscoveredLeader[] {
    const leaders = new Map<object, DiscoveredLeader>();
    for (const wrapper of this.wrappers()) {
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null) continue;
      const declaration = leaderDeclarationOf(instance);
      const isSingleton = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
      if (declaration) leaders.set(instance, { instance, declaration, isSingleton });
    }
    return [...leaders.values()];
  }

  /** @throws Error if the application has ConfigModule, but no ConfigService */
  configService(): ConfigReader | undefined {
    return (this.config ??= ConfigServices.among(this.discovery.getProviders()));
  }

  /** The methods that the scheduler fires under a name, tasks or not. */
  namedTimers(): NamedTimer[] {
    return this.wrappers().flatMap((wrapper) => {
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null || !wrapper.isDependencyTreeStatic()) return [];
      const prototype = Object.getPrototypeOf(instance) as object | null;
      return prototype ? this.timersOf(instance, prototype) : [];
    });
  }

  private timersOf(instance: object, prototype: object): NamedTimer[] {
    const type = instance.constructor as NamedTimer['type'];
    const tasks = new Set(declarationsOf(instance).map(({ key }) => key));
    return new MetadataScanner().getAllMethodNames(prototype).flatMap((key) => {
      const timer = namedTimerOf(Reflect.get(instance, key));
      return timer ? [{ ...timer, type, key, isTask: tasks.has(key) }] : [];
    });
  }

  /** What sets the timers of @nestjs/schedule. */
  timerStarter(): TimerStarter | undefined {
    const instances: unknown[] = this.discovery
      .getProviders()
      .map(({ instance }: Wrapper) => instance as unknown);
    return instances.find(isTimerStarter);
  }

  /** The registry of ScheduleModule, or nothing without that module. */
  jobRegistry(): TimerRegistry | undefined {
    return (this.registry ??= this.discovery
      .getProviders()
      .map(({ instance }): unknown => instance)
      .find(isTimerRegistry));
  }

  /** The class of each import of this module; each has a dispatcher of its own, and each copy of the package a class. */
  moduleImports(): unknown[] {
    return this.discovery
      .getProviders()
      .filter(({ token }) => token === DISPATCHER_TOKEN)
      .map(({ host }) => host?.metatype);
  }

  private wrappers(): Wrapper[] {
    return [...this.discovery.getControllers(), ...this.discovery.getProviders()];
  }
}

function isTimerStarter(instance: unknown): instance is TimerStarter {
  const shape = instance as Partial<TimerStarter> | undefined;
  return typeof shape?.mountCron === 'function' && typeof shape.cronJobs === 'object';
}
