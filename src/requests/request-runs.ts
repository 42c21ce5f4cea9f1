import type { WaitingRequests } from '../store/request-store.js';

/** How many runs of requests of one task a replica has under way: slow ones must not keep the others waiting. */
const RUNS_OF_A_TASK = 8;

/** The runs of requests that this replica has under way: one of a name, a few of a task. */
export class RequestRuns {
  private queue: WaitingRequests[] = [];
  /** The task of each name. */
  private readonly underWay = new Map<string, string>();

  constructor(
    /** Never rejects. */
    private readonly serve: (waiting: WaitingRequests) => Promise<void>,
  ) {}

  /** Begins what it may of what is due now, and the rest when those are over; an older answer is forgotten. */
  begin(due: WaitingRequests[]): void {
    this.queue = due;
    this.beginNext();
  }

  /** Begins no more. */
  end(): void {
    this.queue = [];
  }

  private beginNext(): void {
    const waiting = this.queue;
    this.queue = [];
    const ofTasks = new Map<string, number>();
    for (const task of this.underWay.values()) ofTasks.set(task, (ofTasks.get(task) ?? 0) + 1);
    for (const each of waiting) {
      const ofTask = ofTasks.get(each.task) ?? 0;
      if (this.underWay.has(each.name)) continue;
      if (ofTask >= RUNS_OF_A_TASK) {
        this.queue.push(each);
        continue;
      }
      ofTasks.set(each.task, ofTask + 1);
      void this.run(each);
    }
  }

  private async run(waiting: WaitingRequests): Promise<void> {
    this.underWay.set(waiting.name, waiting.task);
    await this.serve(waiting);
    this.underWay.delete(waiting.name);
    this.beginNext();
  }
}
