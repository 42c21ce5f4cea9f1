// Each entry breaks runner.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a condition leaves requests to other replicas': [
    {
      find: 'if (refusedFor > 0) return { succeeded: false, restFor: refusedFor };',
      replace: '',
      suites: ['wiring/conditions.spec'],
      scenario: 'of many keys ask the condition once a poll, and not once a key',
    },
  ],
  requests: [
    {
      find: "run.signal.addEventListener('abort', () => resolve({ succeeded: false }), { once: true });",
      replace: '',
      suites: ['wiring/requests.spec'],
      scenario:
        'a run that never settles is tried again after its maximum hold, and keeps no newer request waiting',
    },
    {
      find: 'if (task.recover) await within(this.clock, LEFT_BEHIND_TIMEOUT, this.leftBehind.look(task.name));',
      replace: '',
      suites: ['wiring/requests.spec'],
      scenario: 'leaves the tick that a dead run owes to its recovery',
    },
    {
      find: 'claimOf(call).minHold, LONGEST_REST',
      replace: 'LONGEST_REST',
      suites: ['wiring/requests.spec'],
      scenario: 'one that loses to a run polls again when that is over, and not at the end of its lease',
    },
  ],
};
