import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { TaskLockModule } from '../../../src/index.js';
import { Jobs } from './jobs.js';
import { JournalLogger } from './journal-logger.js';
import { JournalWriter } from './journal-writer.js';
import { watchTurns, whenLate } from './turns.js';

const { DATABASE: url, JOURNAL: file, REPLICA: replica } = process.env;
const journal = new JournalWriter(file!, replica!);

/**
 * pg hands a new connection over before TypeORM listens to its errors. Where the server answers a connection and ends
 * it in one packet, as it does when it is told to stop just then, the process would end of an error nobody listens to.
 */
class ListeningClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url,
      applicationName: replica,
      retryAttempts: 1,
      extra: { max: 10, Client: ListeningClient },
    }),
    ScheduleModule.forRoot(),
    // Shorter than the longest tasks: some shutdowns abort them.
    TaskLockModule.forRoot({ replicaId: replica, shutdownTimeout: '2s' }),
  ],
  providers: [Jobs, { provide: JournalWriter, useValue: journal }],
})
class ReplicaModule {}

process.once('disconnect', () => process.exit(0));
watchTurns();
const app = await NestFactory.createApplicationContext(ReplicaModule, {
  logger: new JournalLogger(journal),
  abortOnError: false,
});
app.enableShutdownHooks();
// Not before: what a start takes says nothing of the machine.
whenLate((by) => journal.write({ event: 'late', by }));
process.send?.('ready');
