import type { Node } from './stack/node.js';
import { switchOver } from './stack/patroni-api.js';

/** Something that is done to the node of the primary, and what a person or systemd does about it later. */
export interface NodeFault {
  name: string;
  inflict(node: Node): Promise<void>;
  mend(node: Node): Promise<void>;
}

const nothing = async (): Promise<void> => {};

export const FAULTS: readonly NodeFault[] = [
  { name: 'switchover', inflict: ({ rest, name }) => switchOver(rest, name), mend: nothing },
  // Patroni starts it again.
  { name: 'killed Postgres', inflict: async (node) => node.killPostgres(), mend: nothing },
  {
    name: 'killed Postgres and Patroni',
    inflict: async (node) => {
      await node.killPatroni();
      node.killPostgres();
    },
    mend: (node) => node.start(),
  },
  { name: 'killed Patroni', inflict: (node) => node.killPatroni(), mend: (node) => node.start() },
  {
    name: 'stopped node, woken up later',
    inflict: async (node) => node.stop(),
    mend: async (node) => node.wakeUp(),
  },
  {
    name: 'Patroni cut off from etcd, silently',
    inflict: async ({ etcd }) => etcd.fallSilent(),
    mend: async ({ etcd }) => etcd.restore(),
  },
  {
    name: 'Patroni cut off from etcd, refused',
    inflict: async ({ etcd }) => etcd.refuse(),
    mend: async ({ etcd }) => etcd.restore(),
  },
];
