import { join } from 'node:path';
import { expect } from '@jest/globals';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';
import { until } from '../support/until.js';
import type { MessageTransaction, SystemsCommand, SystemsEvent, Work } from './app/systems.js';

const APP = join(process.cwd(), 'build/replicas/test/processes/app/systems.js');

export type Method = Extract<SystemsCommand, { method: unknown }>['method'];
/** An event, and the replica that told it. */
type ToldEvent = SystemsEvent & { replica: string };
type Event<Name extends SystemsEvent['event']> = Extract<ToldEvent, { event: Name }>;

/** Three replicas whose methods a test calls, and what they told. */
export class Systems {
  readonly events: ToldEvent[] = [];
  private readonly fleet: Fleet;
  private calls = 0;

  constructor(url: string) {
    this.fleet = new Fleet(url, APP);
  }

  async start(): Promise<Replica[]> {
    return Promise.all([1, 2, 3].map(() => this.startOne()));
  }

  async startOne(): Promise<Replica> {
    const replica = await this.fleet.start();
    replica.process.on('message', (event: SystemsEvent) =>
      this.events.push({ ...event, replica: replica.name }),
    );
    return replica;
  }

  /** Calls a method on a replica; the answer names the call. */
  call({ process }: Replica, method: Method, id: number, work: Work): number {
    const call = ++this.calls;
    process.send({ call, method, id, work } satisfies SystemsCommand, () => {});
    return call;
  }

  /** Sends messages, each in the transaction that asks for its sending; the answer names the call. */
  transaction({ process }: Replica, transaction: MessageTransaction): number {
    const call = ++this.calls;
    // One that dies in this moment gives no answer, as one that dies a moment later.
    process.send({ call, transaction } satisfies SystemsCommand, () => {});
    return call;
  }

  finish({ process }: Replica, call: number): void {
    process.send({ finish: call } satisfies SystemsCommand);
  }

  of<Name extends SystemsEvent['event']>(name: Name): Event<Name>[] {
    return this.events.filter((event): event is Event<Name> => event.event === name);
  }

  async told<Name extends Exclude<SystemsEvent['event'], 'ready'>>(
    name: Name,
    call: number,
  ): Promise<Event<Name>> {
    const find = () => this.of(name).find((event) => 'call' in event && event.call === call);
    await until(() => find() !== undefined);
    return find()!;
  }

  async answers(calls: number[]): Promise<unknown[]> {
    const answers = await Promise.all(calls.map((call) => this.told('answer', call)));
    return answers.map(({ value, error }) => error ?? value);
  }

  /** Fails where two runs of one id were under way at once; those of a replica ended when `died` says at the latest. */
  expectNoOverlap(died: Readonly<Record<string, number>> = {}): void {
    const ends = new Map(this.of('end').map(({ run, at }) => [run, at]));
    const runs = this.of('start').map(({ run = '', replica, id, at }) => ({
      id,
      from: at,
      to: ends.get(run) ?? died[replica] ?? Infinity,
    }));
    for (const run of runs) {
      const beside = runs.filter(
        (other) => other !== run && other.id === run.id && other.from < run.to && run.from < other.to,
      );
      expect(beside).toEqual([]);
    }
  }

  end(): Promise<void> {
    return this.fleet.end();
  }
}
