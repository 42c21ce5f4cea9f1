import { currentTaskRun, TaskLock } from '../../../../src/index.js';
// #region leaderboard
import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Cron, CronExpression, Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';

export interface Rank {
  player: string;
  points: number;
}

@Injectable()
export class Leaderboard implements OnModuleInit {
  /** What this replica serves. Empty until the first run has ended. */
  ranks: Rank[] = [];
  private version = 0n;

  constructor(private readonly dataSource: DataSource) {}

  @Cron(CronExpression.EVERY_5_SECONDS)
  @TaskLock('leaderboard') // one replica computes
  async compute(): Promise<void> {
    const run = currentTaskRun()!;
    const ranks: Rank[] = await this.dataSource.query(
      'SELECT player, sum(points)::integer AS points FROM score GROUP BY player ORDER BY points DESC',
    );
    await run.transaction(async (manager) => {
      await manager.query(
        `INSERT INTO leaderboard (id, version, ranks) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, ranks = excluded.ranks`,
        [run.fence, JSON.stringify(ranks)],
      );
      await manager.query('NOTIFY leaderboard'); // sent at the commit; only a listener needs it
    });
  }

  @Interval('reload-leaderboard', 1_000) // every replica reloads: no @TaskLock
  async reload(): Promise<void> {
    const [row]: { version: string; ranks: Rank[] }[] = await this.dataSource.query(
      'SELECT version, ranks FROM leaderboard WHERE version > $1',
      [this.version],
    );
    if (!row || BigInt(row.version) <= this.version) return; // a reload that began later was quicker
    this.version = BigInt(row.version);
    this.ranks = row.ranks;
  }

  onModuleInit(): Promise<void> {
    return this.reload(); // a new replica does not wait for the next run
  }
}
// #endregion leaderboard
