import {
  Controller,
  Get,
  Inject,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { Type } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { DashboardGuard } from './dashboard.guard.js';
import type { DashboardRequest, DashboardSettings } from './dashboard-options.js';
import { Dashboard } from './dashboard.js';
import { Pages } from './pages.js';
import { DashboardProblem } from './problem.js';
import { PageRefusals } from './refusal.filter.js';

type Answered = Promise<Observable<never>>;

/** What shows something. Every path but that of the API lies beside the list, so that relative links are right. */
@UseGuards(DashboardGuard)
@UseFilters(PageRefusals)
abstract class PagesController {
  constructor(
    @Inject(Dashboard) private readonly dashboard: Dashboard,
    @Inject(Pages) private readonly pages: Pages,
  ) {}

  @Get()
  list(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.page(request, response, (visit) => this.pages.list(visit));
  }

  @Get('task')
  task(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.page(request, response, (visit) => this.pages.task(visit));
  }

  /** Anything else below the list, and on Fastify the list with a slash at its end. */
  protected rest(request: DashboardRequest, response: object): Answered {
    return this.dashboard.page(request, response, (visit) => {
      if (visit.params[WILDCARD] === '') return this.pages.list(visit);
      throw new DashboardProblem('unknown-path', 'Nothing lies at this address.');
    });
  }
}

/** The name of Fastify's parameter. */
const WILDCARD = '*';

export interface DashboardControllers {
  all: Type[];
  /** To be called before routes are made: each router has a name of its own for what lies below the list. */
  routeFor: (platform: string) => void;
}

/** Controllers of one dashboard. They are classes of its own: two dashboards may stand in one application. */
export function controllersOf({ path }: DashboardSettings): DashboardControllers {
  const at = Controller({ path, version: VERSION_NEUTRAL });
  @at
  class TaskLockDashboard extends PagesController {
    other(@Req() request: DashboardRequest, @Res() response: object): Answered {
      return this.rest(request, response);
    }
  }
  const { prototype } = TaskLockDashboard;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'other')!;
  return {
    all: [TaskLockDashboard],
    routeFor: (platform) => Get(platform === 'fastify' ? WILDCARD : ':page')(prototype, 'other', descriptor),
  };
}
