import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../examples/support/free-port.mjs';
import { serverFolder } from '../../servers/support/account.js';
import { query } from '../../chaos/fleet-tables.js';
import { Cleaner } from './cleaner.js';
import { Daemon } from './daemon.js';
import { eventually } from './eventually.js';
import { safeApi } from './etcd-api.js';
import { Node } from './node.js';
import { configure, membersBy } from './patroni-api.js';
import { fillIn } from './template.js';

/** Of Patroni's `synchronous_mode`. Off comes last: what it loses is not lost to the others. */
export const MODES = ['on', 'strict', 'off'] as const;
export type Mode = (typeof MODES)[number];

/**
 * Milliseconds by which standbys are behind where nothing waits for them. On one machine they would have all in less
 * than one, and there would be nothing to lose.
 */
export const LAG = 300;
const NAMES = ['a', 'b', 'c'];
const BOOTSTRAP = 120;
/** A node that was killed may have to be copied anew, on a busy machine. */
const HEALING = 180;

/** etcd, three nodes of Patroni and Postgres, HAProxy before them, and pgbouncer before HAProxy. */
export class Stack {
  private nodes: Node[] = [];

  private constructor(
    private readonly root: string,
    private readonly cleaner: Cleaner,
    private readonly ports: Readonly<Record<'etcd' | 'haproxy' | 'pgbouncer', number>>,
    private readonly signal: AbortSignal,
  ) {}

  static async start(signal: AbortSignal): Promise<Stack> {
    const root = serverFolder('ha');
    const cleaner = new Cleaner(root);
    const ports = { etcd: await freePort(), haproxy: await freePort(), pgbouncer: await freePort() };
    const stack = new Stack(root, cleaner, ports, signal);
    try {
      await stack.startAll();
      return stack;
    } catch (error) {
      const logs = stack.keepLogs();
      await stack.end();
      throw new Error(`the stack did not start; its logs are left in ${logs}`, { cause: error });
    }
  }

  /** A database, through HAProxy or through pgbouncer and HAProxy. */
  url(database: string, through: 'haproxy' | 'pgbouncer'): string {
    return `postgres://postgres:postgres@127.0.0.1:${this.ports[through]}/${database}`;
  }

  async primary(): Promise<Node> {
    const leader = (await this.members()).find(({ role }) => role === 'leader');
    const node = this.nodes.find(({ name }) => name === leader?.name);
    if (!node) throw new Error('the cluster has no primary');
    return node;
  }

  /** Resolves when the cluster is whole and replicates in this way. */
  async replicate(mode: Mode): Promise<void> {
    const settings = {
      synchronous_mode: mode !== 'off',
      synchronous_mode_strict: mode === 'strict',
    };
    for (const node of this.nodes) node.replication.delayBy(mode === 'off' ? LAG : 0);
    await eventually('Patroni took its settings', HEALING, this.signal, async () => {
      await configure((await this.primary()).rest, settings);
      return true;
    });
    await this.isWhole(mode);
  }

  /** Resolves when three nodes are up on one timeline, and both addresses lead to the primary. */
  async isWhole(mode: Mode): Promise<void> {
    const synchronous = mode !== 'off';
    await eventually(
      `the cluster was whole, with synchronous_mode ${mode}`,
      HEALING,
      this.signal,
      async () => {
        const members = await this.members();
        const standbys = members.filter(({ role }) => role !== 'leader');
        const timelines = new Set(members.map(({ timeline }) => timeline));
        const isSynchronous = standbys.some(({ role }) => role === 'sync_standby');
        if (standbys.length !== NAMES.length - 1 || members.length !== NAMES.length) return false;
        if (timelines.size !== 1 || isSynchronous !== synchronous) return false;
        return (await this.isFollowedByAll(synchronous)) && (await this.isReached('pgbouncer'));
      },
    );
  }

  /** The logs of all programs, in a folder that outlives the stack. */
  keepLogs(): string {
    const kept = mkdtempSync(join(tmpdir(), 'task-lock-ha-logs-'));
    for (const file of readdirSync(this.root).filter((name) => name.endsWith('.log'))) {
      cpSync(join(this.root, file), join(kept, file));
    }
    return kept;
  }

  /** Ends all of it at once and removes its data. */
  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.endLinks()));
    await this.cleaner.clean();
  }

  private async startAll(): Promise<void> {
    const { etcd, haproxy, pgbouncer } = this.ports;
    const api = safeApi();
    await this.launch('etcd', [
      ...(api === 'etcd' ? ['--enable-v2'] : []),
      ...['--data-dir', 'data', '--log-level', 'warn'],
      ...['--listen-client-urls', `http://127.0.0.1:${etcd}`],
      ...['--advertise-client-urls', `http://127.0.0.1:${etcd}`],
      ...['--listen-peer-urls', 'http://127.0.0.1:0'],
    ]);
    for (const name of NAMES) this.nodes.push(await Node.create(name, etcd, api, this.root));
    for (const node of this.nodes) await node.start();
    const addresses = this.nodes.flatMap(({ name, rest, postgres }) => [
      [`${name}.rest`, rest] as const,
      [`${name}.postgres`, postgres] as const,
    ]);
    const values = { haproxy, pgbouncer, ...Object.fromEntries(addresses) };
    await this.launch('haproxy', ['-db', '-f', 'haproxy.cfg'], { 'haproxy.cfg': values });
    await this.launch('pgbouncer', ['pgbouncer.ini'], { 'pgbouncer.ini': values, 'users.txt': {} });
    await eventually('the cluster had a primary', BOOTSTRAP, this.signal, () => this.isReached('haproxy'));
    await this.isWhole('on');
  }

  private async launch(
    program: string,
    args: readonly string[],
    files: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
  ): Promise<void> {
    const folder = join(this.root, program);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    for (const [file, values] of Object.entries(files)) {
      writeFileSync(join(folder, file), fillIn(file, { ...values, folder }));
    }
    await Daemon.start(program, args, folder, join(this.root, `${program}.log`));
  }

  /** By any node that answers: one may be down or stopped. */
  private members(): ReturnType<typeof membersBy> {
    return Promise.any(this.nodes.map(({ rest }) => membersBy(rest)));
  }

  private async isFollowedByAll(synchronous: boolean): Promise<boolean> {
    const text = `SELECT count(*) FILTER (WHERE state = 'streaming')::int AS streaming,
      count(*) FILTER (WHERE sync_state IN ('sync', 'quorum'))::int AS sync FROM pg_stat_replication`;
    const url = this.url('postgres', 'haproxy');
    const [row] = await query<{ streaming: number; sync: number }>(url, text);
    return row?.streaming === NAMES.length - 1 && row.sync > 0 === synchronous;
  }

  private async isReached(through: 'haproxy' | 'pgbouncer'): Promise<boolean> {
    const text = 'SELECT pg_is_in_recovery() AS is_standby';
    const [row] = await query<{ is_standby: boolean }>(this.url('postgres', through), text);
    return row?.is_standby === false;
  }
}
