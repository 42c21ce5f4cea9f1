import { parentPort, workerData } from 'node:worker_threads';
import type { Order } from './link.js';
import { TcpProxy } from '../../servers/support/tcp-proxy.js';

const proxy = await TcpProxy.to(workerData as number);
parentPort!.on('message', (order: Order) => {
  if (order === 'fall silent') proxy.fallSilent();
  else if (order === 'refuse') proxy.refuse();
  else if (order === 'restore') proxy.restore();
  else proxy.delayBy(order.delayBy);
});
parentPort!.postMessage(proxy.port);
