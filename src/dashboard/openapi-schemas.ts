import { TASK_CONDITIONS } from '../operate/operator-types.js';

type Schema = Readonly<Record<string, unknown>>;

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] };
}

const TEXT: Schema = { type: 'string' };
const TEXT_OR_NULL: Schema = { type: ['string', 'null'] };
const COUNT: Schema = { type: 'integer', minimum: 0 };
const MS_OR_NULL: Schema = { type: ['number', 'null'], description: 'Milliseconds' };
const INSTANT: Schema = { type: 'string', format: 'date-time' };
const INSTANT_OR_NULL: Schema = { type: ['string', 'null'], format: 'date-time' };
const FENCE: Schema = { type: 'string', pattern: '^[0-9]+$' };

/** An object that always has all of these. */
function all(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function oneOf(values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

function listOf(schema: Schema): Schema {
  return { type: 'array', items: schema };
}

const OUTCOME = oneOf(['succeeded', 'failed', 'aborted', 'cancelled', 'lost', 'died']);

/** The JSON that service, command line, page and API share. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  TaskCondition: oneOf(TASK_CONDITIONS),
  TaskPage: all({
    items: listOf(ref('TaskState')),
    page: COUNT,
    pages: COUNT,
    total: COUNT,
    counts: all(Object.fromEntries(TASK_CONDITIONS.map((state) => [state, COUNT]))),
    paused: orNull(ref('PauseState')),
    at: INSTANT,
  }),
  TaskState: all({
    name: TEXT,
    application: TEXT_OR_NULL,
    member: TEXT_OR_NULL,
    schedule: TEXT_OR_NULL,
    timeZone: TEXT_OR_NULL,
    interval: MS_OR_NULL,
    minHold: MS_OR_NULL,
    maxHold: MS_OR_NULL,
    state: ref('TaskCondition'),
    running: orNull(ref('RunningState')),
    lastRun: orNull(ref('RunState')),
    lastSuccessAt: INSTANT_OR_NULL,
    failuresInARow: COUNT,
    nextDue: INSTANT_OR_NULL,
    overdueByMs: MS_OR_NULL,
    paused: orNull(ref('PauseState')),
    requests: all({ waiting: COUNT, parked: COUNT }),
  }),
  RunningState: all({
    replica: TEXT,
    since: INSTANT,
    leaseEndsAt: INSTANT_OR_NULL,
    tick: INSTANT_OR_NULL,
    fence: FENCE,
    key: TEXT_OR_NULL,
  }),
  RunState: all({
    key: TEXT_OR_NULL,
    fence: FENCE,
    tick: INSTANT_OR_NULL,
    trigger: oneOf(['tick', 'call', 'request', 'operator', 'recovery', 'catch-up']),
    replica: TEXT,
    startedAt: INSTANT,
    finishedAt: INSTANT_OR_NULL,
    durationMs: MS_OR_NULL,
    latenessMs: MS_OR_NULL,
    outcome: OUTCOME,
    error: TEXT_OR_NULL,
  }),
  PauseState: all({
    by: TEXT,
    reason: TEXT_OR_NULL,
    since: INSTANT,
    until: INSTANT_OR_NULL,
    name: TEXT,
  }),
  TickState: all({
    tick: INSTANT,
    state: oneOf([
      'ran',
      'running',
      'not due',
      'paused',
      'overlapped',
      'missed',
      'ran, not recorded',
      'unknown',
    ]),
    run: orNull(ref('RunState')),
    paused: orNull(ref('PauseState')),
  }),
  Explanation: all({
    name: TEXT,
    at: INSTANT,
    sentences: listOf(TEXT),
    unknown: listOf(TEXT),
    task: ref('TaskState'),
  }),
  ActionState: all({
    id: TEXT,
    name: TEXT,
    key: TEXT_OR_NULL,
    action: oneOf(['pause', 'resume', 'trigger', 'cancel', 'release', 'forget']),
    by: TEXT,
    reason: TEXT_OR_NULL,
    at: INSTANT,
    until: INSTANT_OR_NULL,
    fence: { ...FENCE, type: ['string', 'null'] },
    answer: TEXT_OR_NULL,
    error: TEXT_OR_NULL,
  }),
  TriggerState: {
    oneOf: [
      all({ status: { const: 'executed' }, id: TEXT, fence: FENCE, outcome: OUTCOME, error: TEXT_OR_NULL }),
      all({ status: { const: 'skipped' }, id: TEXT, reason: TEXT }),
      all({ status: { const: 'waiting' }, id: TEXT, expiresAt: INSTANT }),
      all({ status: { const: 'running' }, id: TEXT, replica: TEXT, fence: TEXT_OR_NULL }),
      all({ status: { const: 'expired' }, id: TEXT, replica: TEXT_OR_NULL }),
    ],
  },
  PauseAnswer: all({
    status: { const: 'paused' },
    paused: ref('PauseState'),
    running: listOf(ref('RunningState')),
    warnings: listOf(TEXT),
  }),
  ResumeAnswer: all({
    status: oneOf(['resumed', 'not paused']),
    stillPaused: orNull(ref('PauseState')),
  }),
  CancelAnswer: all({ status: { const: 'cancelled' }, hearsBy: INSTANT, running: ref('RunningState') }),
  ReleasedAnswer: all({ status: { const: 'released' }, freeAt: INSTANT_OR_NULL }),
  Forgotten: all({ removed: COUNT }),
  Problem: {
    type: 'object',
    properties: {
      type: { type: 'string', format: 'uri-reference' },
      title: TEXT,
      status: { type: 'integer' },
      detail: {
        ...TEXT,
        description: 'What is wrong, and what was expected. Missing where nobody was let in.',
      },
      nearest: { ...listOf(TEXT), description: 'Of an unknown task: the names that may have been meant.' },
      running: { ...orNull(ref('RunningState')), description: 'Of a refused cancel or release.' },
    },
    required: ['type', 'title', 'status'],
    additionalProperties: false,
  },
};
