import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Passes connections on to one server, and can be told not to. */
export class TcpProxy {
  private state: 'whole' | 'silent' | 'refused' = 'whole';
  private delay = 0;
  /** Each connection that came, and the one that it is passed on to. */
  private readonly pairs = new Map<Socket, Socket>();
  private readonly server: Server;

  private constructor(private readonly target: number) {
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

  fallSilent(): void {
    this.state = 'silent';
    for (const [client, server] of this.pairs) {
      client.unpipe(server);
      server.unpipe(client);
    }
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

  private cutAll(): void {
    for (const client of this.pairs.keys()) client.destroy();
  }

  private passOn(client: Socket): void {
    client.on('error', () => undefined);
    if (this.state === 'refused') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1').on('error', () => undefined);
    this.pairs.set(client, server);
    client.on('close', () => {
      this.pairs.delete(client);
      server.destroy();
    });
    server.on('close', () => {
      if (this.state !== 'silent') client.destroy();
    });
    if (this.state === 'silent') return;
    client.pipe(server);
    const { delay } = this;
    if (delay === 0) server.pipe(client);
    else server.on('data', (bytes: Buffer) => setTimeout(() => client.write(bytes), delay));
  }
}
