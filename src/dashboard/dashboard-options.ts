import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../common/error-text.js';
import type { DashboardAction } from './views.js';

/** What `authorize` answers of somebody who may see the page. */
export interface DashboardVisitor {
  /** Who acts, as the tables keep it: 1 to 200 characters. */
  user: string;
  /** Whether this user may pause, trigger, cancel and so on; or which of these. */
  canOperate: boolean | readonly DashboardAction[];
}

/** What every request has. Name the type of your framework's own in `authorize: (request: Request) => …`. */
export interface DashboardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** What guards and middleware have added, like `user`. */
  readonly [added: string]: unknown;
}

export interface TaskLockDashboardOptions<Request = DashboardRequest> {
  /** Where the page lies, behind a global prefix if there is one. Default: `task-lock`. */
  path?: string;
  /**
   * Who may see the page, and what they may do: asked at each request, before anything is read. `false` for nobody.
   *
   * @example
   * authorize: (request: Request) =>
   *   request.user?.isStaff ? { user: request.user.email, canOperate: request.user.isAdmin } : false
   */
  authorize: (request: Request) => false | DashboardVisitor | Promise<false | DashboardVisitor>;
  /** True: nobody can act here. The routes of actions do not exist. Default: false. */
  readOnly?: boolean;
  /**
   * The origin of the page as browsers see it, like `https://ops.example.org`: needed where a proxy changes the `Host`
   * header, and browsers send no `Sec-Fetch-Site`, as they do over plain HTTP.
   */
  origin?: string;
  /** What stands at the top of the page. Default: `Tasks`. */
  title?: string;
}

export interface DashboardSettings {
  path: string;
  authorize: (request: object) => unknown;
  readOnly: boolean;
  origin?: string;
  title: string;
}

const KNOWN: readonly string[] = ['path', 'authorize', 'readOnly', 'origin', 'title'];

/** Segments of plain characters: routers of Express and Fastify read others as patterns. */
const PATH = /^[\w~-][\w.~-]*(\/[\w~-][\w.~-]*)*$/;

const LONGEST_TITLE = 100;

/** @throws Error if an option is wrong */
export function dashboardSettings<Request>(options: TaskLockDashboardOptions<Request>): DashboardSettings {
  const given: Partial<TaskLockDashboardOptions<Request>> = options ?? {};
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw problem(unknown, `is unknown: write ${KNOWN.join(', ')}`);
  const { authorize, origin, readOnly = false, title = 'Tasks' } = given;
  if (typeof authorize !== 'function') throw new Error(withoutAuthorize(authorize));
  if (typeof readOnly !== 'boolean')
    throw problem('readOnly', `must be true or false; it is ${String(readOnly)}`);
  if (typeof title !== 'string' || title.trim() === '' || title.length > LONGEST_TITLE)
    throw problem('title', `must be a text of 1 to ${LONGEST_TITLE} characters`);
  if (origin !== undefined && !isOrigin(origin))
    throw problem(
      'origin',
      `must be scheme, host and port as a browser sends them, like 'https://ops.example.org'; it is '${String(origin)}'`,
    );
  return {
    path: readPath(given.path),
    authorize: authorize as (request: unknown) => unknown,
    readOnly,
    origin,
    title,
  };
}

function readPath(path: unknown = 'task-lock'): string {
  const trimmed = typeof path === 'string' ? path.replace(/^\/|\/$/g, '') : '';
  if (PATH.test(trimmed)) return trimmed;
  throw problem(
    'path',
    `must be a path of letters, digits and - _ . ~, like 'ops/tasks': no space, no pattern, no query, no part that ` +
      `begins with a dot; it is ${typeof path === 'string' ? `'${path}'` : messageOf(path)}`,
  );
}

function isOrigin(origin: unknown): boolean {
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin;
}

function problem(option: string, text: string): Error {
  return new Error(`TaskLockDashboardModule.forRoot(): option ${option} ${text}.`);
}

function withoutAuthorize(authorize: unknown): string {
  const what = authorize === undefined ? 'is missing' : `must be a function; it is ${messageOf(authorize)}`;
  return (
    `TaskLockDashboardModule.forRoot(): option authorize ${what}. The page is closed until you say who may see it, and ` +
    'who may act. For example:\n\n' +
    '  TaskLockDashboardModule.forRoot({\n' +
    '    authorize: ({ user }: Request) => (user ? { user: user.email, canOperate: user.isAdmin } : false),\n' +
    '  })\n'
  );
}
