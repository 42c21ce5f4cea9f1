import { claimStatement } from './claim.sql.js';
import { commitGuardStatement } from './fence.sql.js';
import { checkStatement, ensureStatement } from './prepare.sql.js';
import { purgeStatement } from './purge.sql.js';
import { releaseStatement } from './release.sql.js';
import { renewStatement } from './renew.sql.js';

/** All statements on one lock table. */
export interface Statements {
  claim: ReturnType<typeof claimStatement>;
  renew: ReturnType<typeof renewStatement>;
  release: ReturnType<typeof releaseStatement>;
  check: string;
  commitGuard: string;
  ensure: string;
  purge: string;
}

export function statementsFor(table: string): Statements {
  return {
    claim: claimStatement(table),
    renew: renewStatement(table),
    release: releaseStatement(table),
    check: checkStatement(table),
    commitGuard: commitGuardStatement(table),
    ensure: ensureStatement(table),
    purge: purgeStatement(table),
  };
}
