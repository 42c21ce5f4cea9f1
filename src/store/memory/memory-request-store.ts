import { DIED, FIRST_RETRY, LONGEST_RETRY, RETRY_FACTOR } from '../request-store.js';
import type {
  NewRequest,
  PickedUp,
  RequestRun,
  RequestStore,
  Settled,
  SettledRun,
  UnknownRequests,
  WaitingRequests,
  WaitingSearch,
} from '../request-store.js';

/** A request as the store holds it; times are epoch milliseconds. */
export interface InMemoryRequest {
  name: string;
  task: string;
  key?: string;
  args: string;
  requestedAt: number;
  dueAt: number;
  latestAt: number;
  attempts: number;
  token?: string;
  parkedAt?: number;
  error?: string;
}

/** Keeps requests in memory, by the same rules as Postgres. Ignores a `manager`: memory has no transactions. */
export class InMemoryRequestStore implements RequestStore {
  private requests: InMemoryRequest[] = [];

  constructor(
    private readonly now: () => number,
    /** Whether a run of the name is in progress; with a token, whether it is that one. */
    private readonly isRunning: (name: string, token?: string) => boolean,
    private readonly isPaused: (task: string) => boolean = () => false,
  ) {}

  /** Copies of all requests, for assertions; those that are parked too. */
  all(): InMemoryRequest[] {
    return this.requests.map((request) => ({ ...request }));
  }

  async prepare(): Promise<void> {}

  async add(requests: readonly NewRequest[]): Promise<Date> {
    const now = this.now();
    for (const { delay, maxDelay = delay, ...request } of requests) {
      const times = { requestedAt: now, dueAt: now + delay, latestAt: now + Math.max(delay, maxDelay) };
      this.requests.push({ ...request, ...times, attempts: 0 });
    }
    return new Date(now);
  }

  async waiting({ horizon, tasks, except }: WaitingSearch): Promise<WaitingRequests[]> {
    const known = this.requests.filter(({ task }) => tasks.includes(task) && !this.isPaused(task));
    const names = new Set(known.map(({ name }) => name));
    return [...names]
      .filter((name) => !this.isRunning(name) && !except.includes(name))
      .map((name) => ({ name, requests: this.openOf(name) }))
      .filter(({ requests }) => dueAt(requests) <= this.now() + horizon)
      .sort((one, other) => dueAt(one.requests) - dueAt(other.requests))
      .map(({ name, requests }) => ({
        name,
        task: requests[0]!.task,
        key: requests[0]!.key,
        count: requests.length,
        dueIn: dueAt(requests) - this.now(),
      }));
  }

  async unknown(tasks: readonly string[], dueFor: number): Promise<UnknownRequests[]> {
    const unknown = this.requests.filter(
      (each) =>
        !tasks.includes(each.task) && each.parkedAt === undefined && each.dueAt <= this.now() - dueFor,
    );
    return [...new Set(unknown.map(({ task }) => task))].map((task) => {
      const ofTask = unknown.filter((each) => each.task === task);
      return { task, count: ofTask.length, since: new Date(Math.min(...ofTask.map((each) => each.dueAt))) };
    });
  }

  async pickUp({ name, token, attempts }: RequestRun, before?: Date): Promise<PickedUp> {
    const now = this.now();
    if (!this.isRunning(name, token)) return { count: 0, parked: 0 };
    const open = this.openOf(name).filter(({ requestedAt }) => requestedAt < (before?.getTime() ?? Infinity));
    const [debounced, others] = [open.filter(isDebounced), open.filter((each) => !isDebounced(each))];
    const windowIsOver = dueAt(debounced) <= now;
    const anyIsDue = windowIsOver || dueAt(others) <= now || before !== undefined;
    const due = anyIsDue ? others.filter((each) => each.dueAt <= now || each.attempts > 0) : [];
    const taken = open.filter((each) => due.includes(each) || (windowIsOver && isDebounced(each)));
    const tooOften = taken.filter((each) => each.attempts >= attempts);
    for (const each of tooOften) Object.assign(each, { parkedAt: now, error: each.error ?? DIED });
    const picked = taken.filter((each) => each.attempts < attempts);
    for (const each of picked) Object.assign(each, { attempts: each.attempts + 1, token });
    return { count: picked.length, args: picked.at(-1)?.args, parked: tooOften.length };
  }

  async settle({ name, token, attempts, outcome, error }: SettledRun): Promise<Settled> {
    const now = this.now();
    const own = this.requests.filter((each) => each.name === name && each.token === token);
    if (outcome === 'succeeded') this.requests = this.requests.filter((each) => !own.includes(each));
    const retries: number[] = [];
    for (const each of own) {
      if (outcome === 'aborted') Object.assign(each, { attempts: each.attempts - 1, token: undefined });
      if (outcome !== 'failed' && outcome !== 'cancelled') continue;
      const retryIn = Math.min(FIRST_RETRY * RETRY_FACTOR ** (each.attempts - 1), LONGEST_RETRY);
      const parkedAt = outcome === 'cancelled' || each.attempts >= attempts ? now : undefined;
      Object.assign(each, { error, dueAt: now + retryIn, latestAt: now + retryIn, parkedAt });
      if (parkedAt === undefined) retries.push(retryIn);
    }
    const parked = own.filter(({ parkedAt }) => parkedAt !== undefined).length;
    return { parked, retryIn: retries.length > 0 ? Math.min(...retries) : undefined };
  }

  /** What a run has picked up is parked with the next pick-up, unless that run succeeds: it was asked to stop. */
  exhaust(name: string, token: string): void {
    for (const each of this.requests) {
      if (each.name === name && each.token === token) each.attempts = Number.MAX_SAFE_INTEGER;
    }
  }

  /** Removes all of a task. */
  forget(task: string): number {
    const before = this.requests.length;
    this.requests = this.requests.filter((each) => each.task !== task);
    return before - this.requests.length;
  }

  private openOf(name: string): InMemoryRequest[] {
    return this.requests.filter((each) => each.name === name && each.parkedAt === undefined);
  }
}

function isDebounced({ dueAt, latestAt }: InMemoryRequest): boolean {
  return latestAt > dueAt;
}

/** Debounced requests are due when the last one is, but no later than the first one's latest. */
function dueAt(requests: readonly InMemoryRequest[]): number {
  const alone = requests.filter((each) => !isDebounced(each)).map((each) => each.dueAt);
  const debounced = requests.filter(isDebounced);
  const last = debounced.length > 0 ? Math.max(...debounced.map((each) => each.dueAt)) : Infinity;
  return Math.min(last, ...alone, ...debounced.map((each) => each.latestAt));
}
