import type { Finding } from './goal.js';

/** Why a goal is missed: in words, and by rows of the same run. */
export interface Reason {
  why: string;
  /** Rows that show it, by what they measure. */
  shownBy: readonly string[];
}

const STATEMENTS = 'of it, the two statements raw, sent by the bare driver ÷ two durable updates';
const SAME_PROMISES =
  'floor by a bare driver with the same promises: two lean statements, one name ÷ two durable updates';
const ONE_FLUSH = 'floor: one durable and one asynchronous update ÷ two durable updates';
const PLAIN = 'claim + empty run + release of a decorated method, `history: false`, ÷ two durable updates';
const RECORDED = 'the same with history ÷ two durable updates';
const SLOW = ', with 3 ms added to each flush';
const CPU = 'CPU of a run with the in-memory store, more than the same method undecorated';

const CYCLE =
  'what is above the floor is the CPU of the rules of a claim in the server, and of a run in Node: its answers, promises and timers. The longer a flush takes, the smaller its share.';
const SLOW_CYCLE = 'one flush in place of two is 0.5; what is above it is the CPU of a run, on both sides.';
const PAUSED =
  'the look for pauses is an index scan of a second table in each claim, by its own transaction’s snapshot; it starts with the executor and is most of what a statement of one row can differ by.';

const LOST_CLAIM = 'a lost claim ÷ a named single-row SELECT, 8 connections';
const LOST_CLAIM_ON_SERVER = 'server CPU of a lost claim ÷ of a named single-row SELECT';
const untilKnown = (replicas: number, when: string): string =>
  `p50 until a replica knows, ${replicas} replicas ${when} ÷ the best durable peer that decides at each tick`;
const CONTENDED =
  'the claim of a replica that loses meets the winner’s under way. It does not wait for the row, or it could win with a lease that is already over: it asks a second time, after a pause of some milliseconds. The peers on Postgres wait for the row, and Redis has one thread: one answer is enough. pg-boss has its answer when the tick is queued, and the run starts when a worker polls: see *starts* in the table of latencies.';
const UNCONTENDED =
  'a replica alone with its claim waits for a round trip, the start of an executor and, if it wins, a flush, as with any peer on Postgres: see the leads on those. Redis answers from the memory of one process, after it has flushed a line; its lock keeps no tick, so that a replica whose timer fires later runs the task again: see *Runs per tick*.';

export const REASONS: ReadonlyMap<string, Reason> = new Map([
  [PLAIN, { why: CYCLE, shownBy: [STATEMENTS, SAME_PROMISES, ONE_FLUSH] }],
  [
    RECORDED,
    {
      why: `${CYCLE} The history adds an insert with two indexes to the release.`,
      shownBy: [PLAIN, STATEMENTS, SAME_PROMISES, ONE_FLUSH],
    },
  ],
  [
    PLAIN + SLOW,
    { why: SLOW_CYCLE, shownBy: [STATEMENTS, SAME_PROMISES, ONE_FLUSH].map((row) => row + SLOW) },
  ],
  [
    RECORDED + SLOW,
    { why: SLOW_CYCLE, shownBy: [PLAIN, STATEMENTS, SAME_PROMISES, ONE_FLUSH].map((row) => row + SLOW) },
  ],
  [
    LOST_CLAIM,
    {
      why: 'it carries the parameters of a claim and answers why it was refused, and one Node process handles them all; the server takes no lock and writes nothing.',
      shownBy: [LOST_CLAIM_ON_SERVER],
    },
  ],
  [
    LOST_CLAIM_ON_SERVER,
    {
      why: 'its executor starts an UPDATE, the scan that finds no row for it, and the scan that tells why; a SELECT starts one scan.',
      shownBy: [],
    },
  ],
  [
    'the last of 200 clients to get its answer ÷ the `ON CONFLICT` shape',
    {
      why: 'the claims are whole replicas, in processes that share two cores with the server; the other side are bare connections, in as many processes.',
      shownBy: ['of it, the claim raw, sent by 200 bare connections ÷ the `ON CONFLICT` shape'],
    },
  ],
  [
    'the last of 200 clients to get its answer ÷ the `ON CONFLICT` shape, with 1 ms added to each flush',
    {
      why: 'the claims are whole replicas, in processes that share two cores with the server; the other side are bare connections, in as many processes.',
      shownBy: [
        'of it, the claim raw, sent by 200 bare connections ÷ the `ON CONFLICT` shape, with 1 ms added to each flush',
      ],
    },
  ],
  [
    CPU,
    {
      why: 'an absolute figure, which follows the machine’s speed of the hour: read it beside the machine’s own unit. Most of it are promises, each of which the AsyncLocalStorage of older versions of Node hooks, and the timers of a run.',
      shownBy: [
        'the same ÷ the machine’s own unit, a fixed loop of 10,000 integer steps',
        ...[20, 22, 24].map((version) => `${CPU}, on Node ${version}`),
      ],
    },
  ],
  [
    '1,000 tasks at once, one replica, until all answers are there ÷ 1,000 claims one by one, each until its answer',
    {
      why: 'a batch saves round trips and flushes, and no row: the less a single claim costs, the larger is the share of its rows.',
      shownBy: ['1,000 tasks at once, one replica, all answers ÷ 1,000 durable updates'],
    },
  ],
  [
    '1,000 tasks at once in each of four replicas, until all answers are there ÷ 1,000 claims of one replica one by one',
    {
      why: 'four processes and the server share two cores, and three replicas find all rows busy and ask a second time.',
      shownBy: ['1,000 tasks at once in each of four replicas, all answers ÷ 1,000 durable updates'],
    },
  ],
  [
    'a request ÷ one durable update',
    {
      why: 'a request is an insert of a row with its arguments and its indexes; the floor updates one row in place.',
      shownBy: [],
    },
  ],
  [
    'CPU of a run with events that nobody listens to ÷ one that never asks for listeners',
    {
      why: 'three percent of a run on the in-memory store are half a microsecond; what is above them is the question whether anybody listens.',
      shownBy: [CPU],
    },
  ],
  [
    'CPU of a run with TaskLockOpenTelemetryModule and no SDK ÷ one without TaskLockOpenTelemetryModule',
    {
      why: 'three percent of a run on the in-memory store are half a microsecond; the module listens to the events of each run, and calls the API’s meters and tracers, which do nothing.',
      shownBy: [
        'CPU of a run in other processes without it, which shows the noise, ÷ one without TaskLockOpenTelemetryModule',
        CPU,
      ],
    },
  ],
  ...['run', 'lost claim'].map((noun): [string, Reason] => [
    `CPU of a ${noun} that looks for pauses ÷ one where their table is missing (replica and server together)`,
    {
      why: PAUSED,
      shownBy: [
        `CPU of the server alone, of a ${noun} that looks for pauses ÷ one where their table is missing`,
      ],
    },
  ]),
  ...[2, 8].flatMap((replicas): [string, Reason][] => [
    [untilKnown(replicas, 'at once'), { why: CONTENDED, shownBy: [untilKnown(replicas, 'within 500 ms')] }],
    [
      untilKnown(replicas, 'within 500 ms'),
      { why: UNCONTENDED, shownBy: [LOST_CLAIM, LOST_CLAIM_ON_SERVER] },
    ],
  ]),
]);

/** The reason of a missed goal, with the figures that show it. */
export function reasonOf(
  { what }: Finding,
  findings: readonly Finding[],
  shown: (finding: Finding) => string,
): string {
  const reason = REASONS.get(what);
  if (reason === undefined) return 'no reason is known yet.';
  const rows = findings.filter((finding) => reason.shownBy.includes(finding.what));
  if (rows.length === 0) return reason.why;
  return `${reason.why} Measured: ${rows.map((row) => `${row.what}: ${shown(row)}`).join('; ')}.`;
}

/** Rows that the reasons name and nothing measures: a row was renamed. */
export function unmeasured(findings: readonly Finding[]): string[] {
  const measured = new Set(findings.map(({ what }) => what));
  const named = [...REASONS].flatMap(([what, { shownBy }]) => [what, ...shownBy]);
  return [...new Set(named)].filter((what) => !measured.has(what));
}
