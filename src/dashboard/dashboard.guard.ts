import { Inject, Injectable, Logger } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { messageOf } from '../common/error-text.js';
import type { DashboardSettings } from './dashboard-options.js';
import { DASHBOARD_SETTINGS } from './dashboard-token.js';
import { visitorOf } from './visitor.js';
import type { Visitor } from './visitor.js';

/** Who has been let in with a request. */
const visitors = new WeakMap<object, Visitor>();

/** Thrown where nobody is let in. */
export class RefusedVisit extends Error {}

/** Lets in whom `authorize` lets in. Nothing is read, shown or done before it has answered. */
@Injectable()
export class DashboardGuard implements CanActivate {
  private readonly log = new Logger('TaskLock');

  constructor(@Inject(DASHBOARD_SETTINGS) private readonly settings: DashboardSettings) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<object>();
    const visitor = await this.visitor(request);
    if (!visitor) throw new RefusedVisit();
    visitors.set(request, visitor);
    return true;
  }

  private async visitor(request: object): Promise<Visitor | undefined> {
    try {
      return visitorOf(await this.settings.authorize(request));
    } catch (error) {
      this.log.error(`The dashboard let nobody in: ${messageOf(error)}`, stackOf(error));
      return undefined;
    }
  }
}

/** A library may throw anything, and what cannot be read is no reason to answer as if something had gone wrong here. */
function stackOf(error: unknown): string | undefined {
  try {
    return error instanceof Error ? error.stack : undefined;
  } catch {
    return undefined;
  }
}

/** Who sent a request that the guard has let pass. */
export function visitorOfRequest(request: object): Visitor {
  const visitor = visitors.get(request);
  if (!visitor) throw new Error('the guard of the dashboard has not seen this request');
  return visitor;
}
