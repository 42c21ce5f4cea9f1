import { answerCommands } from '../support/child.js';
import { playTick } from '../support/tick-protocol.js';
import type { OpenReplica, TickAnswer, TickCommand } from '../support/tick-protocol.js';
import { advisoryLockPeer } from './advisory-lock.peer.js';
import { advisoryXactLockPeer } from './advisory-xact-lock.peer.js';
import { graphileCronPeer } from './graphile-cron.peer.js';
import { onConflictPeer } from './on-conflict.peer.js';
import type { Peer } from './peer.js';
import { redlockPeer } from './redlock.peer.js';

const PEERS: Record<string, (open: OpenReplica) => Peer | Promise<Peer>> = {
  'advisory-lock': ({ postgres }) => advisoryLockPeer(postgres),
  pg_try_advisory_xact_lock: ({ postgres }) => advisoryXactLockPeer(postgres),
  'INSERT … ON CONFLICT': ({ postgres }) => onConflictPeer(postgres),
  'graphile-worker cron': ({ postgres }) => graphileCronPeer(postgres),
  'redlock, no fsync': ({ redis }) => redlockPeer(redis!.inMemory),
  'redlock, appendfsync always': ({ redis }) => redlockPeer(redis!.appendOnly),
};

let peer: Peer | undefined;

/** A replica with one of the peers' locks. */
answerCommands<TickCommand, TickAnswer>(
  async (command) => {
    if (!('open' in command)) return playTick(command, peer!);
    peer = await PEERS[command.open.lock]!(command.open);
    return { ran: false, answeredAfter: 0, queries: 0 };
  },
  async () => peer?.close(),
);
