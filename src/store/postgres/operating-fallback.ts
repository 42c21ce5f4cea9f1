import type { LockClock } from '../../common/clock.js';
import { messageOf } from '../../common/error-text.js';
import type { LockLog } from '../../common/log.js';
import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import type { WantedSignal } from '../wanted-signal.js';
import { isConflict, isMissingTable, isTimeout, mayComeFromTable } from './errors.js';
import { ANSWERS_WITHIN } from './operating.sql.js';
import { NoAnswerError } from './statement-runner.js';
import type { StatementRunner } from './statement-runner.js';
import type { Doubt, Query } from './statement.js';

/** Milliseconds for which what failed is left out. */
const OFF_FOR = 60_000;

/** A probe keeps a connection of the pool, and sometimes a claim, waiting: no longer than this. */
const PROBE_LIMITS = `SELECT set_config('lock_timeout', '100', true), set_config('statement_timeout', '800', true)`;

/** What is left out where its table cannot be used. */
export interface FallbackPart {
  /** What follows, for people: `paused tasks run`. */
  consequence: string;
  /** Uses the table as the statements do, and is rolled back: tells whether the table can be used. */
  probe: () => string;
  /** The error, or one that says how to mend it. */
  explained: (error: unknown) => unknown;
  /** True: a statement that met conflicts only goes again without the table. Else it is asked again. */
  yieldsToConflicts?: boolean;
}

/**
 * Sends statements that also use a table of operating. Where the table fails them, their twins without it are sent at
 * once, and alone for a minute: operating never costs a lock. It costs one statement two seconds, once.
 */
export class OperatingFallback {
  /** By the monotonic clock; infinity until the next start. */
  private offUntil = -Infinity;
  /** What the probe under way will find. */
  private probing?: Promise<unknown>;
  private readonly doubt: Doubt = {
    after: ANSWERS_WITHIN,
    // Also where the probe has no answer either: it may want the connection that the statement keeps.
    isHopeless: async () => (await this.probe()) !== undefined,
  };

  constructor(
    private readonly runner: StatementRunner,
    private readonly clock: LockClock,
    private readonly log: Pick<LockLog, 'error'> | undefined,
    private readonly part: FallbackPart,
  ) {}

  /**
   * @param isWhole whether these rows are all that may have happened: an unanswered statement can still win a row that
   *   its twin has not
   */
  async query<Row>(
    full: () => Query,
    twin: () => Query,
    signal?: WantedSignal,
    isWhole: (rows: Row[]) => boolean = () => true,
  ): Promise<Row[]> {
    let isFull = false;
    // Decided when it is sent: what waits for a connection behind slow ones must not be slow, too.
    const either = (): Query => {
      isFull = this.isOn();
      return isFull ? { ...full(), doubt: this.doubt } : twin();
    };
    // Its twin would pass over a pause, where the probe may find that only the server is slow.
    if (this.offUntil === -Infinity) await this.probing;
    try {
      return await this.runner.query<Row>(either, signal);
    } catch (error) {
      if (!isFull) throw error;
      const isUnanswered = error instanceof NoAnswerError;
      const isMetByConflict = isConflict(error) && this.part.yieldsToConflicts === true;
      // A slow network or server is no reason to pass over a pause.
      if ((isUnanswered || isTimeout(error)) && !(await this.isAtFault())) throw error;
      if (!isUnanswered && !isMetByConflict && !mayComeFromTable(error)) throw error;
      const rows = await this.sendTwin<Row>(twin(), isUnanswered, signal);
      if (!isMetByConflict) this.turnOff(error);
      if (isUnanswered && !isWhole(rows)) throw error;
      return rows;
    }
  }

  /** Leaves the table out for a minute, or until the next start. */
  leaveOut(isMissing: boolean): void {
    this.offUntil = isMissing ? Infinity : this.clock.monotonic() + OFF_FOR;
  }

  private turnOff(error: unknown): void {
    if (this.isOff) return;
    const isMissing = isMissingTable(error);
    this.leaveOut(isMissing);
    const time = isMissing ? 'Until the next start' : 'For a minute';
    this.log?.error(`${time} ${this.part.consequence}: ${messageOf(this.part.explained(error))}`);
  }

  private async sendTwin<Row>(twin: Query, isUnanswered: boolean, signal?: WantedSignal): Promise<Row[]> {
    try {
      return await this.runner.query<Row>(twin, signal);
    } catch (error) {
      if (!isUnanswered || !(error instanceof LockStoreUnavailableError) || error.sent) throw error;
      throw new LockStoreUnavailableError(error.message, true, { cause: error });
    }
  }

  /** Not while it is found out whether the table is at fault: each statement would take another connection for a second. */
  private isOn(): boolean {
    if (this.offUntil === -Infinity) return !this.probing;
    // Nobody waits for it, so that no second statement pays for a table that still cannot be used.
    if (!this.isOff && !this.probing) void this.lookAgain();
    return false;
  }

  private async lookAgain(): Promise<void> {
    const problem = await this.probe();
    if (problem === undefined) this.offUntil = -Infinity;
    else this.turnOff(problem);
  }

  private get isOff(): boolean {
    return this.offUntil > this.clock.monotonic();
  }

  private async isAtFault(): Promise<boolean> {
    if (!this.isOff) await this.probe();
    return this.isOff;
  }

  /** One at a time. Resolves to what keeps the table from being used, which is left out at once where it is at fault. */
  private probe(): Promise<unknown> {
    return (this.probing ??= this.runner
      .rehearse([{ text: PROBE_LIMITS }, { text: this.part.probe() }], ANSWERS_WITHIN)
      .then(
        () => undefined,
        (error: unknown) => {
          if (mayComeFromTable(error)) this.turnOff(error);
          return error ?? 'unknown';
        },
      )
      .finally(() => (this.probing = undefined)));
  }
}
