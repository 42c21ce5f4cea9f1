import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Stands between pool and server, and breaks what a test says. */
export class FaultyProxy {
  private readonly sockets = new Set<Socket>();
  private readonly swallowing = new Set<Socket>();
  private swallowNext = 0;
  private cutNext = 0;
  private isDown = false;
  private requestDelay = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client: Socket) => this.join(client));
  }

  static async before(url: string): Promise<FaultyProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultyProxy(server, new URL(url));
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

  /** The next connections on which the server answers break before the answer has come through. */
  cut(connections: number): void {
    this.cutNext = connections;
  }

  /** What is sent from now on reaches the server so many milliseconds later. */
  delayRequests(milliseconds: number): void {
    this.requestDelay = milliseconds;
  }

  /** As a server that is gone: all connections break, and no new one is accepted. */
  goDown(): void {
    this.isDown = true;
    for (const socket of this.sockets) socket.destroy();
  }

  comeUp(): void {
    this.isDown = false;
  }

  get silentConnections(): number {
    return this.swallowing.size;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      // What breaks here is what the other side is told by its own socket.
      socket.on('error', () => {});
      socket.once('close', () => this.sockets.delete(socket));
    }
    client.on('data', (data) => setTimeout(() => server.write(data), this.requestDelay));
    server.on('data', (data) => {
      if (this.cutNext > 0) {
        this.cutNext--;
        client.destroy();
        return;
      }
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
