import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskLockModule } from '../../../../src/index.js';
import { LeaderboardListener } from './leaderboard-listener.js';
import { Leaderboard } from './leaderboard.js';
import type { Rank } from './leaderboard.js';

/** What the test asks of a replica: what it serves, or a computation now. */
export type LeaderboardCommand = 'show' | 'compute' | 'stop';

export type LeaderboardAnswer = 'ready' | { ranks: Rank[] } | { error: string };

/** Polls and computes by its schedule; or only listens, and computes when it is told, so that each is seen alone. */
const listens = process.env['LISTENS'] === 'true';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE_URL']!, extra: { max: 4 } }),
    ScheduleModule.forRoot({ cronJobs: !listens }),
    TaskLockModule.forRoot({ replicaId: process.env['REPLICA']! }),
  ],
  providers: listens ? [Leaderboard, LeaderboardListener] : [Leaderboard],
})
class ReplicaModule {}

const application = await NestFactory.createApplicationContext(ReplicaModule, { logger: ['error'] });
const leaderboard = application.get(Leaderboard);
if (listens) application.get(SchedulerRegistry).deleteInterval('reload-leaderboard');

const tell = (answer: LeaderboardAnswer): void => void process.send?.(answer);

process.once('disconnect', () => process.exit(0));
process.on('message', (command: LeaderboardCommand) => {
  if (command === 'stop') return void application.close().then(() => process.exit(0));
  const done = command === 'compute' ? leaderboard.compute() : Promise.resolve();
  done.then(
    () => tell({ ranks: leaderboard.ranks }),
    (error: unknown) => tell({ error: String(error) }),
  );
});
tell('ready');
