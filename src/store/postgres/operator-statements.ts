import { actionsStatement, actionStatement } from './actions.sql.js';
import { cancelStatement } from './cancel.sql.js';
import { pausesStatement, pauseStatement, resumeStatement } from './control.sql.js';
import { declareStatement, outdatedStatement } from './declare.sql.js';
import { allDefinitionsStatement, definitionsStatement, strangerStatement } from './definitions.sql.js';
import { forgetKeysStatement, forgetStatement } from './forget.sql.js';
import { ledgerRunsStatement, pauseActionsOfAllStatement, pauseActionsOfStatement } from './ledger.sql.js';
import { keyedLocksStatement, locksStatement } from './locks.sql.js';
import type { TableNames } from './operator-tables.js';
import {
  pruneActionsStatement,
  pruneCancelsStatement,
  pruneDefinitionsStatement,
  pruneRunsStatement,
} from './prune-history.sql.js';
import { releaseByForceStatement } from './release-by-force.sql.js';
import { recentRunsStatement, recordDiedStatement, runsStatement } from './runs.sql.js';
import { countedStatement, namesStatement, recentOfAllStatement, recentOfStatement } from './tasks.sql.js';
import {
  addTriggerStatement,
  answerTriggerStatement,
  startTriggerStatement,
  takeTriggersStatement,
} from './triggers.sql.js';

export type OperatorStatements = ReturnType<typeof operatorStatementsFor>;

/** All statements of the operator's part of the store. */
export function operatorStatementsFor(tables: TableNames) {
  const { request, task, run, action, cancel } = tables;
  return {
    outdated: outdatedStatement(task),
    declare: declareStatement(task),
    definitions: definitionsStatement(task),
    stranger: strangerStatement(task),
    allDefinitions: allDefinitionsStatement(task),
    names: namesStatement(task, run),
    recentOfAll: recentOfAllStatement(run),
    recentOf: recentOfStatement(run),
    locks: locksStatement(tables),
    keyedLocks: keyedLocksStatement(tables),
    counted: countedStatement(request),
    runs: runsStatement(run),
    recentRuns: recentRunsStatement(run),
    ledgerRuns: ledgerRunsStatement(run),
    pauseActionsOf: pauseActionsOfStatement(action),
    pauseActionsOfAll: pauseActionsOfAllStatement(action),
    recordDied: recordDiedStatement(run),
    pruneRuns: pruneRunsStatement(run),
    pruneActions: pruneActionsStatement(action, run),
    pruneDefinitions: pruneDefinitionsStatement(task),
    pruneCancels: pruneCancelsStatement(cancel),
    pauses: pausesStatement(tables),
    pause: pauseStatement(tables),
    resume: resumeStatement(tables),
    cancel: cancelStatement(tables),
    release: releaseByForceStatement(tables),
    forget: forgetStatement(tables),
    forgetKeys: forgetKeysStatement(tables),
    actions: actionsStatement(action),
    action: actionStatement(action),
    addTrigger: addTriggerStatement(action),
    takeTriggers: takeTriggersStatement(action),
    startTrigger: startTriggerStatement(action),
    answerTrigger: answerTriggerStatement(action),
  };
}
