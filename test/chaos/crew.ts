import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fleet } from '../support/fleet.js';
import type { Replica } from '../support/fleet.js';
import type { Trouble } from './evidence.js';
import { Guard } from './guard.js';
import type { JournalLine } from './journal.js';
import { trueNow, trueTimeOf } from './true-clock.js';

const APP = join(process.cwd(), 'build/replicas/test/chaos/app/replica.js');
/** A replica that was told to stop and is still there after this was stuck. */
const STOP_PATIENCE = 20_000;
const RETRY = 1_000;

export type Member = Replica<JournalLine>;

/** The place of one replica: one that died is started again in it, under another name. */
interface Place {
  clockAhead: number;
  member?: Member;
  state: 'down' | 'up' | 'stopped' | 'leaving';
}

/** The replicas, each in its place, and what becomes of them. */
export class Crew {
  readonly troubles: Trouble[] = [];
  private readonly fleet: Fleet<JournalLine>;
  private readonly places: Place[];
  private readonly guard = new Guard();
  private closing = false;

  constructor(
    /** The database, under the addresses that the places take in turn. */
    private readonly databaseUrls: readonly string[],
    clocks: readonly number[],
    /** Whether it is no wonder that a replica which started to start at this time could not. */
    private readonly databaseWasDownSince: (at: number) => boolean,
  ) {
    this.fleet = new Fleet(databaseUrls[0]!, APP);
    this.places = clocks.map((clockAhead) => ({ clockAhead, state: 'down' }));
  }

  get journalFolder(): string {
    return this.fleet.folder;
  }

  async startAll(): Promise<void> {
    await Promise.all(this.places.map((_, slot) => this.start(slot)));
  }

  /** As startAll, in turns: on a busy machine a crowd that starts keeps those that run from their processor. */
  async startInTurns(): Promise<void> {
    for (const slot of this.places.keys()) await this.start(slot);
  }

  /** The replica in a place, if it is up and neither stopped nor on its way out. */
  memberAt(slot: number): Member | undefined {
    const { state, member } = this.places[slot]!;
    return state === 'up' ? member : undefined;
  }

  async kill(slot: number): Promise<void> {
    const place = this.places[slot]!;
    place.state = 'leaving';
    await place.member?.kill();
    place.state = 'down';
  }

  /** Ends a replica as an orchestrator does. */
  async terminate(slot: number): Promise<void> {
    const place = this.places[slot]!;
    const { member } = place;
    if (!member) return;
    place.state = 'leaving';
    member.process.kill('SIGTERM');
    const patience = new AbortController();
    const stuck = delay(STOP_PATIENCE, 'stuck' as const, { signal: patience.signal }).catch(() => undefined);
    const end = await Promise.race([member.gone, stuck]);
    patience.abort();
    if (end === 'stuck') {
      this.troubles.push({ replica: member.name, at: trueNow(), what: 'did not end at SIGTERM' });
      await member.kill();
    }
    place.state = 'down';
  }

  /** Stops a replica in the middle of whatever it does, and lets it go on. */
  async stopFor(slot: number, milliseconds: number): Promise<void> {
    const place = this.places[slot]!;
    const { member } = place;
    if (!member?.process.pid) return;
    this.guard.watch(member.process.pid);
    place.state = 'stopped';
    member.process.kill('SIGSTOP');
    await delay(milliseconds);
    member.process.kill('SIGCONT');
    this.guard.forget(member.process.pid);
    if (!this.closing) place.state = 'up';
  }

  moveClock(slot: number, ahead: number): Promise<void> {
    const member = this.memberAt(slot);
    return new Promise((resolve) => {
      if (!member?.process.connected) return resolve();
      member.process.send({ clockAhead: ahead }, () => resolve());
    });
  }

  /** Starts a replica in a place, also where the database is down for a while. */
  async start(slot: number): Promise<void> {
    const place = this.places[slot]!;
    while (!this.closing) {
      const begun = trueNow();
      try {
        const url = this.databaseUrls[slot % this.databaseUrls.length]!;
        const environment = { DATABASE: url };
        const member = await this.fleet.start({ clockAhead: place.clockAhead, environment });
        Object.assign(place, { member, state: 'up' });
        void member.gone.then((complaints) => this.noticeEnd(place, member, complaints));
        return;
      } catch (error) {
        if (this.closing) return;
        if (!this.databaseWasDownSince(begun)) {
          const replica = `the one in place ${slot}`;
          this.troubles.push({ replica, at: trueNow(), what: `did not start: ${String(error)}` });
        }
        await delay(RETRY);
      }
    }
  }

  /** Ends all that are left: those that are up as an orchestrator does, the others by force. */
  async end(): Promise<void> {
    this.closing = true;
    await Promise.all(
      this.places.map(async ({ state, member }, slot) => {
        if (state === 'stopped') member?.process.kill('SIGCONT');
        if (state === 'up' || state === 'stopped') await this.terminate(slot);
      }),
    );
    await this.fleet.killAll();
    await this.guard.end();
  }

  journal(): JournalLine[] {
    return this.fleet
      .journal()
      .map((line) => ({ ...line, at: trueTimeOf(line.at), turn: trueTimeOf(line.turn) }))
      .sort((one, other) => one.at - other.at);
  }

  async removeJournals(): Promise<void> {
    await this.fleet.end();
  }

  private noticeEnd(place: Place, member: Member, complaints: string): void {
    if (place.state === 'leaving' || place.member !== member) return;
    place.state = 'down';
    const { exitCode, signalCode } = member.process;
    const what = `ended by itself with ${exitCode ?? signalCode}: ${complaints}`;
    this.troubles.push({ replica: member.name, at: trueNow(), what });
  }
}
