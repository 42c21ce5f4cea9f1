import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export type Order = 'fall silent' | 'refuse' | 'restore' | { delayBy: number };

/**
 * The network before one server, which can be cut or slow. It has a thread of its own: this one reads journals for
 * seconds, and whoever waits for etcd meanwhile would take it for dead.
 */
export class Link {
  private delay = 0;

  private constructor(
    private readonly thread: Worker,
    readonly port: number,
  ) {}

  static async to(target: number): Promise<Link> {
    const thread = new Worker(new URL('./link-thread.js', import.meta.url), { workerData: target });
    const [port] = (await once(thread, 'message')) as [number];
    return new Link(thread, port);
  }

  /** As a firewall that drops: nothing passes, and nobody is told. */
  fallSilent(): void {
    this.tell('fall silent');
  }

  /** As a host that is there and a port that is not. */
  refuse(): void {
    this.tell('refuse');
  }

  restore(): void {
    this.tell('restore');
  }

  /** From here on what the server sends arrives so many milliseconds late. Those that are connected connect anew. */
  delayBy(milliseconds: number): void {
    if (milliseconds === this.delay) return;
    this.delay = milliseconds;
    this.tell({ delayBy: milliseconds });
  }

  async end(): Promise<void> {
    await this.thread.terminate();
  }

  private tell(order: Order): void {
    this.thread.postMessage(order);
  }
}
