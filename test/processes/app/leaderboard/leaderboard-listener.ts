import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Client } from 'pg';
import { Leaderboard } from './leaderboard.js';

@Injectable()
export class LeaderboardListener implements OnApplicationShutdown {
  private readonly logger = new Logger(LeaderboardListener.name);
  private client?: Client;

  constructor(private readonly leaderboard: Leaderboard) {}

  @Interval(5_000) // connects, and connects again when the connection broke
  async listen(): Promise<void> {
    if (this.client) return;
    const client = new Client({
      connectionString: process.env['DATABASE_URL'],
      connectionTimeoutMillis: 5_000,
      keepAlive: true, // notices a connection that a firewall dropped
      keepAliveInitialDelayMillis: 10_000,
    });
    this.client = client;
    client.on('error', (error) => this.logger.warn(`Stopped listening: ${error.message}`));
    client.on('end', () => (this.client = undefined));
    client.on('notification', () => {
      this.leaderboard.reload().catch((error: unknown) => this.logger.error(error));
    });
    try {
      await client.connect();
      await client.query('LISTEN leaderboard');
      await this.leaderboard.reload(); // what was sent while nobody listened is lost
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client?.end();
  }
}
