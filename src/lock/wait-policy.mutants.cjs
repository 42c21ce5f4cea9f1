// Each entry breaks wait-policy.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'calls that overlap': [
    {
      find: "if (reason !== 'held' || waited >= waitTimeout) return undefined;",
      replace: 'return undefined;',
      suites: ['overlap.spec'],
      scenario: 'runs calls one after another, also of several replicas',
    },
    {
      find: 'Math.min(timeout, Math.max(waitTimeout - waited, SHORTEST_TIMEOUT))',
      replace: 'timeout',
      suites: ['overlap.spec'],
      scenario: 'gives up soon after waitTimeout also where the database gives no answer',
    },
  ],
  candidates: [
    {
      find: 'Math.min(lease / 20, LONGEST_WAIT)',
      replace: 'LONGEST_WAIT',
      suites: ['unit/leader.spec'],
      scenario:
        'a candidate polls each twentieth of a lease, and each second of a long one, or half as long more',
    },
  ],
};
