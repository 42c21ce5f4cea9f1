import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** One address that passes connections on to a server, and can be told not to, or to another server. */
export class TcpProxy {
  private state: 'whole' | 'silent' | 'refused' = 'whole';
  private delay = 0;
  /** Each client on whose connection bytes pass, and its connection to the server. */
  private readonly pairs = new Map<Socket, Socket>();
  /** Clients that hear nothing any more. */
  private readonly silent = new Set<Socket>();
  private readonly server: Server;

  private constructor(private target: number) {
    this.server = createServer((client) => this.passOn(client));
  }

  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From here on clients meet another server; those that hear nothing are not told. */
  switchTo(target: number): void {
    this.target = target;
    this.state = 'whole';
    this.cut();
  }

  /** No word passes any more, and nothing closes what is open: a host that lost its network. */
  fallSilent(): void {
    this.state = 'silent';
    for (const [client, server] of this.pairs) {
      this.silent.add(client);
      client.unpipe(server).resume();
      server.unpipe(client).resume();
    }
    this.pairs.clear();
  }

  refuse(): void {
    this.state = 'refused';
    this.cutAll();
  }

  restore(): void {
    this.state = 'whole';
    // Those that fell silent would stay so: their bytes are lost.
    this.cutAll();
  }

  delayBy(milliseconds: number): void {
    this.delay = milliseconds;
    this.cutAll();
  }

  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cutAll();
    await closed;
  }

  private cut(): void {
    for (const client of this.pairs.keys()) client.destroy();
  }

  private cutAll(): void {
    this.cut();
    for (const client of this.silent) client.destroy();
  }

  private passOn(client: Socket): void {
    client.on('error', () => undefined);
    if (this.state === 'refused') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1').on('error', () => undefined);
    client.on('close', () => {
      this.pairs.delete(client);
      this.silent.delete(client);
      server.destroy();
    });
    server.on('close', () => {
      if (!this.silent.has(client)) client.destroy();
    });
    if (this.state === 'silent') {
      this.silent.add(client);
      return;
    }
    this.pairs.set(client, server);
    client.pipe(server);
    const { delay } = this;
    if (delay === 0) server.pipe(client);
    else server.on('data', (bytes: Buffer) => setTimeout(() => client.write(bytes), delay));
  }
}
