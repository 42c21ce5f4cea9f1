import { claimStatement } from './claim.statement.js';
import { commitGuardStatement } from './commit-guard.statement.js';
import { checkStatement, ensureStatement } from './prepare.statements.js';
import { purgeStatement } from './purge.statement.js';
import { releaseStatement } from './release.statement.js';
import { renewStatement } from './renew.statement.js';

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
