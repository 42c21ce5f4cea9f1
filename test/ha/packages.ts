import type { DebianPackage } from '../servers/support/programs.js';

export const PACKAGES: readonly DebianPackage[] = [
  { name: 'postgresql', programs: ['initdb', 'postgres', 'pg_basebackup', 'pg_rewind'] },
  { name: 'patroni', programs: ['patroni'] },
  { name: 'etcd-server', programs: ['etcd'] },
  { name: 'haproxy', programs: ['haproxy'] },
  { name: 'pgbouncer', programs: ['pgbouncer'] },
];
