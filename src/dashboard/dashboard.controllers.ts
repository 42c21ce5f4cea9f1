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
import { jsonAnswer } from './answers.js';
import { Api } from './api.js';
import { DashboardGuard } from './dashboard.guard.js';
import type { DashboardRequest, DashboardSettings } from './dashboard-options.js';
import { Dashboard } from './dashboard.js';
import { openApi } from './openapi.js';
import { Pages } from './pages.js';
import { DashboardProblem } from './problem.js';
import { ApiRefusals, PageRefusals } from './refusal.filter.js';
import { DASHBOARD_ACTIONS } from './views.js';
import type { DashboardAction } from './views.js';

type Answered = Promise<Observable<never>>;

/** The pages. All of them lie beside each other, so that relative links are right. */
@UseGuards(DashboardGuard)
@UseFilters(PageRefusals)
abstract class PagesController {
  constructor(
    @Inject(Dashboard) protected readonly dashboard: Dashboard,
    @Inject(Pages) protected readonly pages: Pages,
  ) {}

  @Get()
  list(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.page(request, response, (visit) => this.pages.list(visit));
  }

  @Get('task')
  task(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.page(request, response, (visit) => this.pages.task(visit));
  }
}

/** The pages that act: none of a dashboard that is read-only. */
@UseGuards(DashboardGuard)
@UseFilters(PageRefusals)
abstract class FormsController {
  constructor(
    @Inject(Dashboard) private readonly dashboard: Dashboard,
    @Inject(Pages) private readonly pages: Pages,
  ) {}

  @Get('confirm')
  confirm(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.page(request, response, (visit) => this.pages.confirm(visit));
  }

  @Post('act')
  act(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.page(
      request,
      response,
      this.dashboard.acting((visit) => this.pages.act(visit)),
    );
  }
}

/** What the service tells, as JSON. */
@UseGuards(DashboardGuard)
@UseFilters(ApiRefusals)
abstract class ApiController {
  constructor(
    @Inject(Dashboard) private readonly dashboard: Dashboard,
    @Inject(Api) private readonly api: Api,
  ) {}

  @Get('openapi.json')
  openApi(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, () => jsonAnswer(openApi(this.dashboard.settings)));
  }

  @Get('tasks')
  tasks(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.tasks(visit));
  }

  @Get('tasks/:name')
  task(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.task(visit));
  }

  @Get('tasks/:name/runs')
  runs(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.runs(visit));
  }

  @Get('tasks/:name/ticks')
  ticks(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.ticks(visit));
  }

  @Get('tasks/:name/explain')
  explain(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.explain(visit));
  }

  @Get('tasks/:name/actions')
  actions(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.actions(visit));
  }

  @Get('triggers/:id')
  triggered(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, (visit) => this.api.triggered(visit));
  }

  @Get(['', ':first', ':first/:second', ':first/:second/:third'])
  other(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(request, response, unknownOfApi);
  }
}

/** Steers by JSON: nothing of a dashboard that is read-only. */
@UseGuards(DashboardGuard)
@UseFilters(ApiRefusals)
abstract class ApiActionsController {
  constructor(
    @Inject(Dashboard) private readonly dashboard: Dashboard,
    @Inject(Api) private readonly api: Api,
  ) {}

  @Post([':action', 'tasks/:name/:action'])
  act(@Req() request: DashboardRequest, @Res() response: object): Answered {
    return this.dashboard.api(
      request,
      response,
      this.dashboard.acting((visit) => {
        const { name, action: given } = visit.params;
        const action = actionsOf(name).find((each) => each === given);
        return action ? this.api.act(visit, action) : unknownOfApi();
      }),
    );
  }
}

/** What can be done to one task, or to all. */
function actionsOf(name: string | undefined): readonly DashboardAction[] {
  return name === undefined ? ['pause', 'resume'] : DASHBOARD_ACTIONS;
}

function unknownOfApi(): never {
  throw new DashboardProblem('unknown-path', 'Nothing lies at this address: openapi.json lists what does.');
}

/** Fastify's parameter for what lies below the list. */
const WILDCARD = '*';

export interface DashboardControllers {
  all: Type[];
  /** To be called before routes are made: each router names what lies below the list in its own way. */
  routeFor: (platform: string) => void;
}

/** Controllers of one dashboard. They are classes of its own: two dashboards may stand in one application. */
export function controllersOf({ path, readOnly }: DashboardSettings): DashboardControllers {
  const at = Controller({ path, version: VERSION_NEUTRAL });
  const atApi = Controller({ path: `${path}/api`, version: VERSION_NEUTRAL });

  @at
  class TaskLockPages extends PagesController {}
  @at
  class TaskLockForms extends FormsController {}
  @atApi
  class TaskLockApi extends ApiController {}
  @atApi
  class TaskLockApiActions extends ApiActionsController {}

  /** Anything else below the list, and on Fastify the list with a slash at its end. */
  @at
  @UseGuards(DashboardGuard)
  @UseFilters(PageRefusals)
  class TaskLockRest {
    constructor(
      @Inject(Dashboard) private readonly dashboard: Dashboard,
      @Inject(Pages) private readonly pages: Pages,
    ) {}

    other(@Req() request: DashboardRequest, @Res() response: object): Answered {
      const { [WILDCARD]: rest } = (request['params'] ?? {}) as Record<string, string | undefined>;
      // Fastify takes no parameter that is longer than its maxParamLength, and so the API has no route for it.
      if (rest?.startsWith('api/')) return this.dashboard.api(request, response, unknownOfApi);
      return this.dashboard.page(request, response, (visit) => {
        if (visit.params[WILDCARD] === '') return this.pages.list(visit);
        throw new DashboardProblem('unknown-path', 'Nothing lies at this address.');
      });
    }
  }

  const { prototype } = TaskLockRest;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'other')!;
  const acting = readOnly ? [] : [TaskLockForms, TaskLockApiActions];
  return {
    all: [...acting, TaskLockApi, TaskLockPages, TaskLockRest],
    routeFor: (platform) => Get(platform === 'fastify' ? WILDCARD : ':page')(prototype, 'other', descriptor),
  };
}
