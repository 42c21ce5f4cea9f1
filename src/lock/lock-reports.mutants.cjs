// Each entry breaks lock-reports.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'nothing is computed unheard': [
    {
      find: "const dropped = this.events.wants('tick-missed') ? droppedTicks(claim, missed) : undefined;",
      replace: 'const dropped = droppedTicks(claim, missed);',
      suites: ['unit/events.spec'],
      scenario: 'no event is made, and no missed tick is counted',
    },
    {
      find: "if (this.events.wants('run-started'))",
      replace: '',
      suites: ['unit/events.spec'],
      scenario: 'no event is made, and no missed tick is counted',
    },
    {
      find: "if (!this.events.wants('run-finished')) return;",
      replace: '',
      suites: ['unit/events.spec'],
      scenario: 'no event is made, and no missed tick is counted',
    },
  ],
  'a poll that finds nothing is no skipped claim': [
    {
      find: ' || isEmptyPoll(claim, skipped)) return;',
      replace: ') return;',
      suites: ['unit/events.spec'],
      scenario: 'hears nothing of a poll that finds nothing left behind',
    },
  ],
  'a run is a line of the log': [
    {
      find: "if (outcome !== 'returned') this.log",
      replace: 'this.log',
      suites: ['task-locks-release.spec'],
      scenario: 'is none where nothing ran: the claim was returned',
    },
  ],
  'a poll of a candidate is no news': [
    {
      find: 'if (claim.isPoll) return;',
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'costs a loser a claim each poll, and says nothing of it',
    },
  ],
};
