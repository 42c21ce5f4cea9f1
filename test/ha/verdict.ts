import { check, sum } from '../chaos/checker/check.js';
import type { Verdict } from '../chaos/checker/check.js';
import type { OffenceKind } from '../chaos/checker/offences.js';
import type { CaseResult } from './run-cases.js';

/** So many run at a time. */
export const REPLICAS = 4;

/** What asynchronous replication may cost: measured there, and never promised. */
const LOSSES: readonly OffenceKind[] = [
  'run twice',
  'overlap',
  'fence order',
  'stale commit',
  'lost commit',
  'too early',
];

/** Most of a case is the time without a primary; what comes before and after must show that all is well there. */
const MEASURE = { replicas: REPLICAS, outside: 1 / 10 };

/** What one fault did under one mode. Times are milliseconds from the fault. */
export interface Row {
  mode: CaseResult['mode'];
  fault: string;
  answeredAfter: number;
  answeredThroughPooler: number;
  firstTickAfter: number;
  twice: number;
  fences: number;
  stale: number;
  lost: number;
  due: number;
  explained: number;
  missed: number;
}

export interface CaseVerdict {
  row: Row;
  verdict: Verdict;
  /** Of the offences those that this mode promises not to have. */
  broken: Verdict['offences'];
}

export function judge({ mode, fault, evidence, sights }: CaseResult): CaseVerdict {
  const verdict = check(evidence, MEASURE);
  const { from } = evidence.faults.find(({ kind }) => kind === 'failover')!;
  const { offences, tasks } = verdict;
  const count = (kind: OffenceKind): number => offences.filter((offence) => offence.kind === kind).length;
  // The last write without an answer began before the new primary was there, so this run was claimed from it.
  const first = evidence.lines.find(({ event, at }) => event === 'start' && at > sights.haproxy.lastFailure);
  const row: Row = {
    mode,
    fault: fault.name,
    answeredAfter: sights.haproxy.answer - from,
    answeredThroughPooler: sights.pgbouncer.answer - from,
    firstTickAfter: (first?.at ?? Infinity) - from,
    twice: count('run twice'),
    fences: count('fence order'),
    stale: count('stale commit'),
    lost: count('lost commit'),
    due: sum(tasks, 'due'),
    explained: sum(tasks, 'excused'),
    missed: sum(tasks, 'missed'),
  };
  const broken = mode === 'off' ? offences.filter(({ kind }) => !LOSSES.includes(kind)) : offences;
  return { row, verdict, broken };
}
