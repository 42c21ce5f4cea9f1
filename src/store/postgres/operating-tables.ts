import type { LockClock } from '../../common/clock.js';
import type { LockLog } from '../../common/log.js';
import { LockStoreUnavailableError } from '../../common/store-unavailable.error.js';
import { CANCEL_TABLE_ACCESS, PAUSE_TABLE_ACCESS, RUN_TABLE_ACCESS } from './access.sql.js';
import type { NeededAccess } from './access.sql.js';
import { withMigrationHint } from './errors.js';
import { OperatingFallback } from './operating-fallback.js';
import type { FallbackPart } from './operating-fallback.js';
import { cancelProbe, pauseProbe } from './operating.sql.js';
import { historyProbe } from './release.sql.js';
import type { StatementRunner } from './statement-runner.js';
import { assertAccess } from './table-access.js';
import { CANCEL_TABLE, operatingTableOf, PAUSE_TABLE, qualifiedTable, RUN_TABLE } from './table-name.js';
import type { OperatingTable, TableKind } from './table-name.js';

/** Where the tables are. */
interface OperatingPlace {
  lockTable: string;
  schema?: string;
  /** As they were given: what the migration has to be told. */
  options: { schema?: string; table: string };
}

/** One table, and what its absence means. */
interface UsedTable {
  which: OperatingTable;
  what: TableKind;
  needed: NeededAccess;
  consequence: string;
  probe: (table: string) => string;
}

const PAUSES: UsedTable = {
  which: 'control',
  what: PAUSE_TABLE,
  needed: PAUSE_TABLE_ACCESS,
  consequence: 'paused tasks run',
  probe: pauseProbe,
};
const CANCELS: UsedTable = {
  which: 'cancel',
  what: CANCEL_TABLE,
  needed: CANCEL_TABLE_ACCESS,
  consequence: 'runs are not told that they were cancelled',
  probe: cancelProbe,
};
const HISTORY: UsedTable = {
  which: 'run',
  what: RUN_TABLE,
  needed: RUN_TABLE_ACCESS,
  consequence: 'runs are not recorded',
  probe: historyProbe,
};

/** The tables beside the locks that claims, renewals and releases use where they can. */
export class OperatingTables {
  readonly pause: OperatingFallback;
  readonly cancel: OperatingFallback;
  readonly history: OperatingFallback;

  constructor(
    private readonly runner: StatementRunner,
    clock: LockClock,
    log: Pick<LockLog, 'error'> | undefined,
    private readonly place: () => OperatingPlace,
  ) {
    const fallback = (used: UsedTable, terms: Partial<FallbackPart> = {}): OperatingFallback =>
      new OperatingFallback(runner, clock, log, { ...this.partOf(used), ...terms });
    this.pause = fallback(PAUSES);
    this.cancel = fallback(CANCELS);
    this.history = fallback(HISTORY, { yieldsToConflicts: true });
  }

  /** Finds once, at start-up, which tables cannot be used. Never fails: locks need none of them. The operator's part says so. */
  async prepare(): Promise<void> {
    for (const [used, fallback] of this.all()) {
      const { lockTable, schema } = this.place();
      const table = operatingTableOf(lockTable, used.which);
      try {
        if (!(await assertAccess(this.runner, { ...used, table, schema }))) fallback.leaveOut(true);
      } catch (error) {
        // Where the database does not answer now, the statements find out for themselves.
        if (!(error instanceof LockStoreUnavailableError)) fallback.leaveOut(false);
      }
    }
  }

  private all(): [UsedTable, OperatingFallback][] {
    return [
      [PAUSES, this.pause],
      [CANCELS, this.cancel],
      [HISTORY, this.history],
    ];
  }

  private partOf({ which, what, consequence, probe }: UsedTable): FallbackPart {
    return {
      consequence,
      probe: () => probe(this.qualified(which)),
      explained: (error) => withMigrationHint(error, this.place().options, this.qualified(which), what),
    };
  }

  private qualified(which: OperatingTable): string {
    const { lockTable, schema } = this.place();
    return qualifiedTable(operatingTableOf(lockTable, which), schema);
  }
}
