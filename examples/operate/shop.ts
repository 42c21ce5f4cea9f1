import { startChild } from '../replicas/child-process.js';
import type { Child } from '../replicas/child-process.js';
import { toEnvironment } from './setup.js';
import type { Order, ReplicaSetup } from './setup.js';

export type Replica = Omit<ReplicaSetup, 'url'> & { child: Child };

/** The replicas of the shop. */
export class Shop {
  private readonly replicas: Replica[] = [];

  constructor(private readonly url: string) {}

  /** Resolves when the replica is up. */
  async start(
    name: string,
    { deployment = 'new', hangs = false }: Partial<ReplicaSetup> = {},
  ): Promise<Replica> {
    const setup = { name, deployment, hangs };
    const child = startChild('../operate/replica.js', toEnvironment({ ...setup, url: this.url }));
    const replica = { ...setup, child };
    this.replicas.push(replica);
    await new Promise<void>((resolve, reject) => {
      child.process.once('message', () => resolve());
      void child.gone.then(() => reject(new Error(`${name} did not start: ${child.describeEnd()}`)));
    });
    return replica;
  }

  order({ child }: Replica, order: Order): void {
    child.process.send(order);
  }

  async kill({ child }: Replica): Promise<void> {
    child.process.kill('SIGKILL');
    await child.gone;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => this.kill(replica)));
  }
}
