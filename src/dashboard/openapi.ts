import { VERSION } from '../common/version.js';
import type { DashboardSettings } from './dashboard-options.js';
import { SCHEMAS } from './openapi-schemas.js';

type Json = Readonly<Record<string, unknown>>;

/** The description of the API, as OpenAPI 3.1 has it. Its addresses are relative to where it lies itself. */
export function openApi({ readOnly, title }: Pick<DashboardSettings, 'readOnly' | 'title'>): object {
  return {
    openapi: '3.1.0',
    info: {
      title: `${title}: the API of nestjs-task-lock`,
      version: VERSION,
      description: 'Times are ISO 8601 in UTC, durations milliseconds, fences strings.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '../api' }],
    paths: { ...READS, ...(readOnly ? {} : ACTS) },
    components: { schemas: SCHEMAS, parameters: { name: NAME } },
  };
}

const NAME: Json = {
  name: 'name',
  in: 'path',
  required: true,
  description: 'The name of the task, percent-encoded: a slash is %2F.',
  schema: { type: 'string' },
};

function ref(schema: string): Json {
  return { $ref: `#/components/schemas/${schema}` };
}

function listOf(schema: string): Json {
  return { type: 'array', items: ref(schema) };
}

function answers(schema: Json, problems: readonly number[]): Json {
  const told = [
    ['200', { description: 'The answer', content: { 'application/json': { schema } } }],
    ...[...problems, 403, 500, 503].map((status) => [String(status), PROBLEM] as const),
  ];
  return Object.fromEntries(told) as Json;
}

const PROBLEM: Json = {
  description: 'Why there is no other answer, as RFC 9457 has it',
  content: { 'application/problem+json': { schema: ref('Problem') } },
};

function parameter(name: string, description: string, schema: Json): Json {
  return { name, in: 'query', description, schema };
}

const TEXT: Json = { type: 'string' };
const INSTANT: Json = { type: 'string', format: 'date-time' };
const COUNT: Json = { type: 'integer', minimum: 1 };
const LIMIT = parameter('limit', 'How many; 50 unless given, at most 500.', COUNT);

function read(summary: string, schema: Json, parameters: readonly Json[] = [], ofTask = true): Json {
  return {
    get: {
      summary,
      parameters: [...(ofTask ? [{ $ref: '#/components/parameters/name' }] : []), ...parameters],
      responses: answers(schema, [400, 404]),
    },
  };
}

const READS: Json = {
  '/tasks': read(
    'Every task in pages of 50: overdue and died ones first, then by name',
    ref('TaskPage'),
    [
      parameter('state', 'Only tasks in this state.', ref('TaskCondition')),
      parameter('page', 'Counts from 1.', COUNT),
    ],
    false,
  ),
  '/tasks/{name}': read('The state of one task', ref('TaskState')),
  '/tasks/{name}/runs': read('Its runs, the newest first', listOf('RunState'), [
    LIMIT,
    parameter('outcome', 'Only with these outcomes, with commas between them.', TEXT),
    parameter('key', 'Only of this key.', TEXT),
    parameter('before', 'Only runs that started before.', INSTANT),
  ]),
  '/tasks/{name}/ticks': read(
    'The ledger: the ticks that were expected, the oldest first',
    listOf('TickState'),
    [
      parameter('last', 'How many; 50 unless given, at most 500. Not with from.', COUNT),
      parameter('from', 'The first instant.', INSTANT),
      parameter('to', 'The last instant; now unless given.', INSTANT),
    ],
  ),
  '/tasks/{name}/explain': read('Why it runs or does not run now', ref('Explanation'), [
    parameter('key', 'Of this key.', TEXT),
  ]),
  '/tasks/{name}/actions': read('Who did what, the newest first', listOf('ActionState'), [
    LIMIT,
    parameter('before', 'The id of the last action that you have seen.', TEXT),
  ]),
  '/triggers/{id}': {
    get: {
      summary: 'What has become of a trigger',
      parameters: [{ name: 'id', in: 'path', required: true, schema: TEXT }],
      responses: answers(ref('TriggerState'), [400, 404]),
    },
  },
};

const REASON: Json = { type: 'string', maxLength: 500 };
const FENCE: Json = { type: 'string', pattern: '^[0-9]+$', description: 'That of the run that you saw.' };

function action(
  summary: string,
  schema: Json,
  fields: Json,
  required: readonly string[] = [],
  ofTask = true,
): Json {
  const body = {
    type: 'object',
    properties: fields,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  return {
    post: {
      summary,
      description: 'Who acts is the user that authorize has let in.',
      ...(ofTask ? { parameters: [{ $ref: '#/components/parameters/name' }] } : {}),
      requestBody: { required: required.length > 0, content: { 'application/json': { schema: body } } },
      responses: answers(schema, [400, 404, 409, 415]),
    },
  };
}

const PAUSED: Json = { reason: REASON, until: { ...INSTANT, description: 'Missing: until a resume.' } };

const ACTS: Json = {
  '/pause': action('Pauses all tasks', ref('PauseAnswer'), PAUSED, ['reason'], false),
  '/resume': action('Ends the pause of all tasks', ref('ResumeAnswer'), {}, [], false),
  '/tasks/{name}/pause': action('Pauses a task', ref('PauseAnswer'), PAUSED, ['reason']),
  '/tasks/{name}/resume': action('Ends the pause of a task', ref('ResumeAnswer'), {}),
  '/tasks/{name}/trigger': action(
    'Runs a task now. The answer does not wait for the end of the run: follow it by its id',
    ref('TriggerState'),
    {
      args: { type: 'array', description: "The method's arguments." },
      key: TEXT,
      evenIfPaused: { type: 'boolean' },
      reason: REASON,
    },
  ),
  '/tasks/{name}/cancel': action(
    'Asks a run to stop',
    ref('CancelAnswer'),
    { fence: FENCE, key: TEXT, reason: REASON },
    ['fence', 'reason'],
  ),
  '/tasks/{name}/release': action(
    'Takes the lock away from a run: from a living one with force only',
    ref('ReleasedAnswer'),
    { fence: FENCE, key: TEXT, reason: REASON, force: { type: 'boolean' } },
    ['fence'],
  ),
  '/tasks/{name}/forget': action(
    'Removes all that is stored of a task that no code declares',
    ref('Forgotten'),
    {},
  ),
};
