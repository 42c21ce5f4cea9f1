// Each entry breaks task-locks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '4 a tick runs once, whatever the clocks': [
    {
      find: 'await pause(this.clock, delay ?? 0, this.stopping.signal)',
      replace: 'await pause(this.clock, 0, this.stopping.signal)',
      suites: ['task-locks-stop.spec'],
      scenario: 'ends claims that are repeated, and those that wait for their tick',
    },
  ],
  '5 answers': [
    {
      find: 'await attempt.pause(Math.min(retryDelay(sends), left()));',
      replace: 'break;',
      suites: ['task-locks-release.spec'],
      scenario: 'is sent before what an older ask of its call may have taken goes back',
    },
  ],
  'missed ticks': [
    {
      find: 'if (claim.instants) this.leftBehind.lookAfter(claim, timeLeft);',
      replace: '',
      suites: ['task-locks-running.spec'],
      scenario: 'a missed tick that falls into a run of this replica is looked for again',
    },
  ],
  'an ask that outlives its run goes back': [
    {
      find: 'run.renewal.end(), () => run.attempt.endRun());',
      replace: 'run.renewal.end()).finally(() => run.attempt.endRun());',
      suites: ['task-locks-release.spec'],
      scenario:
        'is answered before that, also where it is repeated: the other way round a run would be given back',
    },
  ],
  'a release that is repeated': [
    {
      find: 'lock.rowHeldFor()',
      replace: 'lock.timeLeft()',
      suites: ['task-locks-release.spec'],
      scenario: 'goes on when the wall clock is set: the row stays held by the clock of the database',
    },
  ],
  'a replica that runs the task answers by itself, while it holds': [
    {
      find: 'if (ownRun) return ownRun;',
      replace: '',
      suites: ['task-locks-running.spec'],
      scenario: 'says held by itself, without asking the store',
    },
  ],
  'a condition is asked before the claim': [
    {
      find: 'if (claim.condition && !this.stopping.signal.aborted && !(await this.conditions.allow(claim)))\n      return this.refused(claim);',
      replace: '',
      suites: ['unit/conditions.spec', 'wiring/conditions.spec'],
      scenario: 'sends nothing where it is false',
    },
    {
      find: 'this.leftBehind.lookAfter(claim, claim.lease);\n    return skipped;',
      replace: 'return skipped;',
      suites: ['wiring/conditions.spec'],
      scenario:
        'is taken over by no replica whose condition is false, and by one whose condition becomes true',
    },
  ],
  'the history says what ran': [
    {
      find: "end === 'returned' ? undefined : ",
      replace: '',
      suites: ['run-history.spec'],
      scenario: 'says nothing of one that is returned: nothing ran',
    },
    {
      find: 'this.history.foundDead(claim, answer);',
      replace: '',
      suites: ['run-history.spec'],
      scenario: 'is recorded by the winner; begun by tick',
    },
  ],
  'how a run ended': [
    {
      find: "answer === 'gone' ? 'lost' : end",
      replace: 'end',
      suites: ['task-locks-release.spec', 'wiring/triggers.spec'],
      scenario: 'is lost, where the row was no longer its own',
    },
    {
      find: 'isSure: answer !== undefined',
      replace: 'isSure: true',
      suites: ['task-locks-release.spec'],
      scenario: 'is unknown, where the store does not answer in time',
    },
  ],
  'a cancel is final': [
    {
      find: "if (isCancelled) return 'cancelled';",
      replace: '',
      suites: ['lease-renewal.spec'],
      scenario: 'is final: a shutdown that aborts the run afterwards leaves its tick to nobody',
    },
    {
      find: "outcome === 'failed' ? endOfFailed(lock)",
      replace: "outcome !== 'returned' ? endOfFailed(lock)",
      suites: ['lease-renewal.spec'],
      scenario: 'of a run whose method resolves all the same',
    },
  ],
  'the end of the application': [
    {
      find: 'this.stopping.abort();',
      replace: '',
      suites: ['task-locks-stop.spec'],
      scenario: 'lets no new claim begin',
    },
  ],
};
