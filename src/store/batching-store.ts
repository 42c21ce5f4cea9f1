import { setImmediate } from 'node:timers';
import { LockStoreUnavailableError } from '../common/store-unavailable.error.js';
import type { ClockCheck } from './clock-check.js';
import type {
  ClaimAnswer,
  ClaimRequest,
  LockRows,
  PurgeRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from './lock-store.js';
import type { WantedSignal } from './wanted-signal.js';

/** How many rows one statement locks at most: while it runs they look busy to the other replicas. */
const MAX_BATCH = 1_000;

/** One call of the store, which waits for others that go along. */
interface Call<Request, Answer> {
  requests: readonly Request[];
  signal?: WantedSignal;
  resolve: (answers: Answer[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Sends what is asked for together in one request to the store: the tasks of one second then cost one round trip, or two,
 * and as many commits. A lone request waits for nothing but the code that runs already.
 */
export class BatchingStore implements LockRows {
  private readonly claims: Batches<ClaimRequest, ClaimAnswer>;
  private readonly renewals: Batches<RenewRequest, RenewAnswer>;
  private readonly releases: Batches<ReleaseRequest, ReleaseAnswer>;

  constructor(
    private readonly store: LockRows,
    clockCheck: ClockCheck,
  ) {
    this.claims = new Batches((all, signal) => store.claim(all, signal), clockCheck);
    this.renewals = new Batches((all, signal) => store.renew(all, signal), clockCheck);
    this.releases = new Batches((all, signal) => store.release(all, signal), clockCheck);
  }

  claim(requests: readonly ClaimRequest[], signal?: WantedSignal): Promise<ClaimAnswer[]> {
    return this.claims.add(requests, signal);
  }

  renew(held: readonly RenewRequest[], signal?: WantedSignal): Promise<RenewAnswer[]> {
    return this.renewals.add(held, signal);
  }

  release(held: readonly ReleaseRequest[], signal?: WantedSignal): Promise<ReleaseAnswer[]> {
    return this.releases.add(held, signal);
  }

  async purge(request: PurgeRequest): Promise<number> {
    return (await this.store.purge?.(request)) ?? 0;
  }
}

type Send<Request, Answer> = (requests: readonly Request[], signal?: WantedSignal) => Promise<Answer[]>;

/** Settled: what waits for it runs after the code that runs already, and before any timer. */
const now = Promise.resolve();

/** Gathers calls. While a request is under way these are all calls of a turn of the event loop. */
class Batches<Request extends { name: string }, Answer extends { status: string; now?: number }> {
  private calls: Call<Request, Answer>[] = [];
  private underWay = 0;

  constructor(
    private readonly send: Send<Request, Answer>,
    private readonly clockCheck: ClockCheck,
  ) {}

  add(requests: readonly Request[], signal?: WantedSignal): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      if (this.calls.length === 0) this.endSoon();
      this.calls.push({ requests, signal, resolve, reject });
    });
  }

  /** Node runs the timers of a second one after another: the claim of the first one goes, and the others go together. */
  private endSoon(): void {
    const end = (): void => this.end();
    if (this.underWay > 0) setImmediate(end);
    else void now.then(end);
  }

  private end(): void {
    const calls = this.calls;
    this.calls = [];
    for (const batch of batchesOf(calls)) void this.sendBatch(batch);
  }

  private async sendBatch(calls: readonly Call<Request, Answer>[]): Promise<void> {
    const sentAt = this.clockCheck.now();
    const lone = calls.length === 1 ? calls[0] : undefined;
    this.underWay++;
    try {
      const requests = lone?.requests ?? calls.flatMap((call) => call.requests);
      const answers = await this.send(requests, lone ? lone.signal : new WantedByAny(calls));
      this.clockCheck.compare(sentAt, answers);
      let from = 0;
      for (const { requests, resolve } of calls) resolve(answers.slice(from, (from += requests.length)));
    } catch (error) {
      this.fail(calls, error);
    } finally {
      this.underWay--;
    }
  }

  /** One request that the store refuses must not fail the others: both halves are sent again, down to the wrong one. */
  private fail(calls: readonly Call<Request, Answer>[], error: unknown): void {
    if (calls.length === 1 || error instanceof LockStoreUnavailableError) {
      for (const { reject } of calls) reject(error);
      return;
    }
    const left = calls.filter((call) => isWanted(call, true));
    const half = Math.ceil(left.length / 2);
    for (const part of [left.slice(0, half), left.slice(half)])
      if (part.length > 0) void this.sendBatch(part);
  }
}

/** A name stands in a batch once, as a call of the store demands: the second call of one name goes in a batch of its own. */
function batchesOf<Request extends { name: string }, Answer>(
  calls: readonly Call<Request, Answer>[],
): Call<Request, Answer>[][] {
  const batches: Call<Request, Answer>[][] = [];
  const sizes: number[] = [];
  const next = new Map<string, number>();
  for (const call of calls) {
    if (!isWanted(call, false)) continue;
    let batch = Math.max(0, ...call.requests.map(({ name }) => next.get(name) ?? 0));
    while ((sizes[batch] ?? 0) + call.requests.length > MAX_BATCH && (sizes[batch] ?? 0) > 0) batch++;
    (batches[batch] ??= []).push(call);
    sizes[batch] = (sizes[batch] ?? 0) + call.requests.length;
    for (const { name } of call.requests) next.set(name, batch + 1);
  }
  return batches;
}

/** Rejects a call that was given up before it is sent, or sent again. */
function isWanted<Request, Answer>({ signal, reject }: Call<Request, Answer>, sent: boolean): boolean {
  if (!signal?.aborted) return true;
  reject(
    new LockStoreUnavailableError(
      sent ? 'it was given up before it could be sent again' : 'it was given up before it was sent',
      sent,
    ),
  );
  return false;
}

/** Aborted only once every caller has given up; until then an answer may be a win that must be returned. */
class WantedByAny<Request, Answer> implements WantedSignal {
  constructor(private readonly calls: readonly Call<Request, Answer>[]) {}

  get aborted(): boolean {
    return this.calls.every(({ signal }) => signal?.aborted);
  }
}
