import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../../examples/support/free-port.mjs';
import { account } from '../../servers/support/account.js';
import { pathOf } from '../../servers/support/programs.js';
import { Daemon } from './daemon.js';
import type { EtcdApi } from './etcd-api.js';
import { Link } from './link.js';
import { postgresIn, signalAll } from './processes.js';
import { fillIn } from './template.js';

/** One Postgres and the Patroni that manages it. */
export class Node {
  private patroni?: Daemon;
  private stopped: readonly number[] = [];

  private constructor(
    readonly name: string,
    readonly rest: number,
    readonly postgres: number,
    /** All that Patroni hears of etcd comes through it. */
    readonly etcd: Link,
    /** What the standbys hear of this Postgres comes through it. */
    readonly replication: Link,
    private readonly folder: string,
    private readonly log: string,
  ) {}

  static async create(name: string, etcd: number, api: EtcdApi, root: string): Promise<Node> {
    const folder = join(root, name);
    mkdirSync(folder);
    const { uid, gid } = account();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const [rest, postgres] = [await freePort(), await freePort()];
    const [toEtcd, replication] = [await Link.to(etcd), await Link.to(postgres)];
    const programs = dirname(pathOf('postgres'));
    const ports = { rest, postgres, etcd: toEtcd.port, replication: replication.port };
    const values = { name, folder, programs, api, ...ports };
    const file = join(folder, 'patroni.yml');
    writeFileSync(file, fillIn('patroni.yml', values));
    // It holds passwords, and the account that Patroni runs as must read it.
    chmodSync(file, 0o644);
    return new Node(name, rest, postgres, toEtcd, replication, folder, join(root, `${name}.log`));
  }

  async start(): Promise<void> {
    this.patroni = await Daemon.start('patroni', ['patroni.yml'], this.folder, this.log);
  }

  /** As a crash of Patroni: Postgres runs on, and nobody manages it. */
  async killPatroni(): Promise<void> {
    await this.patroni?.kill();
  }

  killPostgres(): void {
    signalAll(postgresIn(this.data), 'SIGKILL');
  }

  /** As a virtual machine that is paused: Patroni, Postgres and all sessions, in the middle of whatever they do. */
  stop(): void {
    const [postmaster] = postgresIn(this.data);
    const first = [this.patroni!.pid, ...(postmaster === undefined ? [] : [postmaster])];
    // Now nobody begins a session any more.
    signalAll(first, 'SIGSTOP');
    this.stopped = [...new Set([...first, ...postgresIn(this.data)])];
    signalAll(this.stopped, 'SIGSTOP');
  }

  wakeUp(): void {
    signalAll(this.stopped, 'SIGCONT');
    this.stopped = [];
  }

  async endLinks(): Promise<void> {
    await Promise.all([this.etcd.end(), this.replication.end()]);
  }

  private get data(): string {
    return join(this.folder, 'data');
  }
}
