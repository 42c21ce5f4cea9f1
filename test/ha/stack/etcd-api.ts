import { versionOf } from '../../servers/support/version.js';

export type EtcdApi = 'etcd' | 'etcd3';

/** Before it, a Patroni that was paused for long writes over its successor's lock by etcd3. */
const MENDED = [3, 1, 0];

/** By which of etcd's interfaces the Patroni of this machine is safe. */
export function safeApi(): EtcdApi {
  const version = versionOf('patroni', '--version').split('.').map(Number);
  const differs = MENDED.findIndex((part, nth) => part !== (version[nth] ?? 0));
  return differs < 0 || (version[differs] ?? 0) > MENDED[differs]! ? 'etcd3' : 'etcd';
}
