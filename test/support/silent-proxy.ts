import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Stands between pool and server, and can swallow what the server answers, as a network that drops packets does. */
export class SilentProxy {
  private readonly sockets = new Set<Socket>();
  private readonly swallowing = new Set<Socket>();
  private swallowNext = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client: Socket) => this.join(client));
  }

  static async before(url: string): Promise<SilentProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SilentProxy(server, new URL(url));
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(port);
    return url.href;
  }

  /** The next connections on which the server answers say nothing any more, and stay open. */
  swallow(connections: number): void {
    this.swallowNext = connections;
  }

  get silentConnections(): number {
    return this.swallowing.size;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      // What breaks here is what the other side is told by its own socket.
      socket.on('error', () => {});
    }
    client.on('data', (data) => server.write(data));
    server.on('data', (data) => {
      if (this.swallowNext > 0 && !this.swallowing.has(client)) {
        this.swallowNext--;
        this.swallowing.add(client);
      }
      if (!this.swallowing.has(client)) client.write(data);
    });
    client.on('close', () => {
      this.swallowing.delete(client);
      server.destroy();
    });
    server.on('close', () => client.destroy());
  }
}
