import type { ConformanceScenario } from './conformance-harness.js';
import { atomicScenarios } from './atomic.scenarios.js';
import { batchesScenarios } from './batches.scenarios.js';
import { cancelScenarios } from './cancel.scenarios.js';
import { historyScenarios } from './history.scenarios.js';
import { holdsScenarios } from './holds.scenarios.js';
import { missedScenarios } from './missed.scenarios.js';
import { operatorDeclarationsScenarios } from './operator-declarations.scenarios.js';
import { operatorHeartbeatsScenarios } from './operator-heartbeats.scenarios.js';
import { operatorHistoryScenarios } from './operator-history.scenarios.js';
import { operatorPausesScenarios } from './operator-pauses.scenarios.js';
import { operatorRunsInProgressScenarios } from './operator-runs-in-progress.scenarios.js';
import { operatorTriggersScenarios } from './operator-triggers.scenarios.js';
import { pauseScenarios } from './pause.scenarios.js';
import { purgeScenarios } from './purge.scenarios.js';
import { recoveryScenarios } from './recovery.scenarios.js';
import { releaseScenarios } from './release.scenarios.js';
import { requestDelaysScenarios } from './request-delays.scenarios.js';
import { requestFailuresScenarios } from './request-failures.scenarios.js';
import { requestsScenarios } from './requests.scenarios.js';
import { ticksScenarios } from './ticks.scenarios.js';
import { tokensScenarios } from './tokens.scenarios.js';

/**
 * What every store must do. Use them with any test runner. Each scenario needs a harness with an empty store; it
 * rejects if the store does something else.
 *
 * @example
 * for (const { name, run } of conformanceScenarios) test(name, async () => run(await newHarness()));
 */
export const conformanceScenarios: readonly ConformanceScenario[] = [
  ...atomicScenarios,
  ...holdsScenarios,
  ...ticksScenarios,
  ...tokensScenarios,
  ...releaseScenarios,
  ...recoveryScenarios,
  ...missedScenarios,
  ...purgeScenarios,
  ...requestsScenarios,
  ...requestDelaysScenarios,
  ...requestFailuresScenarios,
  ...batchesScenarios,
  ...pauseScenarios,
  ...cancelScenarios,
  ...historyScenarios,
  ...operatorDeclarationsScenarios,
  ...operatorHeartbeatsScenarios,
  ...operatorPausesScenarios,
  ...operatorRunsInProgressScenarios,
  ...operatorHistoryScenarios,
  ...operatorTriggersScenarios,
];
