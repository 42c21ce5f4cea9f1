// #region store
import { createHash } from 'node:crypto';
import type {
  ClaimRequest,
  LockStore,
  ReleaseRequest,
  RenewRequest,
  WantedSignal,
} from 'nestjs-task-lock/store';

/** Keeps each lock in one of several stores. Changing their number moves names: stop all replicas first. */
export class ShardedLockStore implements LockStore {
  constructor(private readonly shards: readonly LockStore[]) {}

  async prepare(names: readonly string[]): Promise<void> {
    for (const shard of this.shards)
      await shard.prepare(names.filter((name) => this.shardOf(name) === shard));
  }

  claim(requests: readonly ClaimRequest[], signal?: WantedSignal) {
    return this.byShard(requests, (shard, part) => shard.claim(part, signal));
  }

  renew(held: readonly RenewRequest[], signal?: WantedSignal) {
    return this.byShard(held, (shard, part) => shard.renew(part, signal));
  }

  release(held: readonly ReleaseRequest[], signal?: WantedSignal) {
    return this.byShard(held, (shard, part) => shard.release(part, signal));
  }

  /** Answers stand in the order of the requests. */
  private async byShard<Request extends { name: string }, Answer>(
    requests: readonly Request[],
    ask: (shard: LockStore, part: readonly Request[]) => Promise<Answer[]>,
  ): Promise<Answer[]> {
    const answers = new Map<Request, Answer>();
    await Promise.all(
      this.shards.map(async (shard) => {
        const part = requests.filter(({ name }) => this.shardOf(name) === shard);
        if (part.length === 0) return;
        (await ask(shard, part)).forEach((answer, index) => answers.set(part[index]!, answer));
      }),
    );
    return requests.map((request) => answers.get(request)!);
  }

  private shardOf(name: string): LockStore {
    const digest = createHash('sha256').update(name).digest();
    return this.shards[digest.readUInt32BE() % this.shards.length]!;
  }
}
// #endregion store
