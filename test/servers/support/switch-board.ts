import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/**
 * The one address under which clients know their database: it passes connections on to whichever server is the
 * primary, as a virtual address or a DNS name of a cluster does.
 */
export class SwitchBoard {
  /** Each client's connection to a server. */
  private readonly connections = new Map<Socket, Socket>();
  private readonly silent = new Set<Socket>();
  private readonly server: Server;

  private constructor(private target: number) {
    this.server = createServer((client) => this.passOn(client));
  }

  static async start(target: number): Promise<SwitchBoard> {
    const board = new SwitchBoard(target);
    await new Promise<void>((resolve) => board.server.listen(0, '127.0.0.1', resolve));
    return board;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From here on clients meet another server; connections to the former one are cut. */
  switchTo(target: number): void {
    this.target = target;
    this.cut();
  }

  /** No word passes any more on the connections that are open, and nothing closes them: a host that lost its network. */
  fallSilent(): void {
    for (const [client, server] of this.connections) {
      this.silent.add(client);
      client.unpipe().resume();
      server.destroy();
    }
    this.connections.clear();
  }

  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    for (const client of this.silent) client.destroy();
    await closed;
  }

  private cut(): void {
    for (const client of this.connections.keys()) client.destroy();
  }

  private passOn(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    this.connections.set(client, server);
    client.pipe(server);
    server.pipe(client);
    // A server that is gone refuses or resets: its client sees the connection end.
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.on('close', () => {
      this.connections.delete(client);
      this.silent.delete(client);
      server.destroy();
    });
    server.on('close', () => {
      if (!this.silent.has(client)) client.destroy();
    });
  }
}
