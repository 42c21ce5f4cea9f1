import { connect } from 'node:net';

/** The code of a cancel request, as the protocol of Postgres has it. */
const CANCEL_REQUEST = 80_877_102;

/** What pg's client knows of its session. */
interface Session {
  host: string;
  port: number;
  processID: number;
  secretKey: number;
}

/**
 * Asks the server to stop what a connection has sent. Closing the connection alone leaves the statement running there,
 * with the rows that it has locked. A pooler passes the request on; where nobody understands it, nothing happens.
 */
export function cancelOnServer(connection: unknown): void {
  if (!isSession(connection)) return;
  const { host, port, processID, secretKey } = connection;
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port });
  socket.on('error', () => undefined);
  socket.unref();
  socket.end(request);
}

function isSession(connection: unknown): connection is Session {
  const { host, port, processID, secretKey } = Object(connection) as Partial<Record<keyof Session, unknown>>;
  return (
    typeof host === 'string' &&
    [port, processID, secretKey].every((value) => typeof value === 'number' && Number.isInteger(value))
  );
}
