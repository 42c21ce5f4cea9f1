import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, NestModule, OnModuleInit, Provider } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { TaskLockOperator } from '../operate/operator-token.js';
import { Api } from './api.js';
import { controllersOf } from './dashboard.controllers.js';
import type { DashboardControllers } from './dashboard.controllers.js';
import { DashboardGuard } from './dashboard.guard.js';
import { dashboardSettings } from './dashboard-options.js';
import type { DashboardRequest, DashboardSettings, TaskLockDashboardOptions } from './dashboard-options.js';
import { DASHBOARD_SETTINGS } from './dashboard-token.js';
import { Dashboard } from './dashboard.js';
import { Pages } from './pages.js';

const CONTROLLERS = Symbol('the controllers of a dashboard');

/**
 * A page that shows every task and lets people steer them, and the same as JSON. Import it beside `TaskLockModule`. It is
 * closed until `authorize` lets somebody in.
 *
 * @example
 * TaskLockDashboardModule.forRoot({
 *   authorize: ({ user }: Request) => (user ? { user: user.email, canOperate: user.isAdmin } : false),
 * })
 */
@Module({})
export class TaskLockDashboardModule implements NestModule, OnModuleInit {
  constructor(
    @Inject(CONTROLLERS) private readonly controllers: DashboardControllers,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(DASHBOARD_SETTINGS) private readonly settings: DashboardSettings,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  /** @throws Error if an option is wrong, or `authorize` is missing */
  static forRoot<Request = DashboardRequest>(options: TaskLockDashboardOptions<Request>): DynamicModule {
    const settings = dashboardSettings(options);
    const controllers = controllersOf(settings);
    return {
      module: TaskLockDashboardModule,
      controllers: controllers.all,
      providers: [
        { provide: DASHBOARD_SETTINGS, useValue: settings },
        { provide: CONTROLLERS, useValue: controllers },
        ...providers,
      ],
    };
  }

  /** Nest calls this before it makes routes, and once it is known who routes. */
  configure(): void {
    this.controllers.routeFor(this.host.httpAdapter.getType());
  }

  onModuleInit(): void {
    const paths = [...this.modules.values()].flatMap((module) => {
      const found = module.providers.get(DASHBOARD_SETTINGS)?.instance as DashboardSettings | undefined;
      return found ? [found.path.toLowerCase()] : [];
    });
    const path = this.settings.path.toLowerCase();
    if (paths.filter((each) => each === path).length > 1)
      throw new Error(
        `TaskLockDashboardModule.forRoot(): two dashboards lie at '${this.settings.path}': give one of them another path.`,
      );
    const around = paths.find((each) => path.startsWith(`${each}/`));
    if (around !== undefined)
      throw new Error(
        `TaskLockDashboardModule.forRoot(): the dashboard at '${this.settings.path}' lies below the one at '${around}', ` +
          'which has pages there: give one of them another path, beside the other.',
      );
  }
}

const providers: Provider[] = [
  DashboardGuard,
  {
    provide: Dashboard,
    useFactory: (host: HttpAdapterHost, settings: DashboardSettings) => new Dashboard(host, settings),
    inject: [HttpAdapterHost, DASHBOARD_SETTINGS],
  },
  { provide: Api, useFactory: (operator: TaskLockOperator) => new Api(operator), inject: [TaskLockOperator] },
  {
    provide: Pages,
    useFactory: (operator: TaskLockOperator, dashboard: Dashboard) => new Pages(operator, dashboard),
    inject: [TaskLockOperator, Dashboard],
  },
];
