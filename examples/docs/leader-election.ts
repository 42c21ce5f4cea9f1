import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TaskLockLeader, TaskLockService } from '../../src/index.js';
import type { DeposedReason, LeaderCandidate, TaskRun } from '../../src/index.js';

/** The events of a shop, and what is computed from them. */
@Injectable()
export class OrderEvents {
  /** Applies the events after the last one, and resolves to how many there were. */
  async project(manager: EntityManager): Promise<number> {
    void manager;
    return 0;
  }

  /** Resolves when there are more events, or when the signal aborts. */
  async more(signal: AbortSignal): Promise<void> {
    void signal;
  }
}

// #region projector
@Injectable()
@TaskLockLeader('order-projector', { lease: '15s' })
export class OrderProjector {
  constructor(private readonly events: OrderEvents) {}

  /** Called on the one replica that is elected. */
  async onElected(run: TaskRun): Promise<void> {
    while (!run.signal.aborted) {
      // Commits while this replica leads, or rolls back.
      const applied = await run.transaction((manager) => this.events.project(manager));
      if (applied === 0) await this.events.more(run.signal);
    }
  }

  /** Called when this replica leads no longer. The loop above has seen its signal. */
  async onDeposed(reason: DeposedReason): Promise<void> {
    void reason;
  }
}
// #endregion projector

/** A connection to another system that lets one client in. */
@Injectable()
export class PriceFeed {
  async connect(fence: bigint): Promise<void> {
    void fence;
  }

  async disconnect(): Promise<void> {}
}

// #region feed
@Injectable()
export class PriceFeedClient implements OnModuleInit, OnModuleDestroy {
  private candidate?: LeaderCandidate;

  constructor(
    private readonly taskLock: TaskLockService,
    private readonly feed: PriceFeed,
  ) {}

  onModuleInit(): void {
    this.candidate = this.taskLock.lead('price-feed', {
      lease: '15s',
      onElected: (run) => this.feed.connect(run.fence), // starts the work, and returns
      onDeposed: () => this.feed.disconnect(), // ends it
    });
  }

  get isConnectedHere(): boolean {
    return this.candidate?.isLeader ?? false;
  }

  async onModuleDestroy(): Promise<void> {
    await this.candidate?.stop(); // hands over
  }
}
// #endregion feed
