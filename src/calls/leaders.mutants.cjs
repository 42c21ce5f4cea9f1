// Each entry breaks leaders.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a leader': [
    {
      find: 'maxHold: LONGEST',
      replace: 'maxHold: 3_600_000',
      suites: ['unit/leader.spec'],
      scenario: 'leaves its leader leading for longer than any run may last',
    },
    {
      find: 'if (owner !== undefined)',
      replace: 'if (false)',
      suites: ['unit/leader.spec'],
      scenario: 'the name of a task',
    },
    {
      find: 'this.outside(() => new Candidate(call, methods, this.elections))',
      replace: 'new Candidate(call, methods, this.elections)',
      suites: ['unit/leader.spec'],
      scenario: 'a leader is no part of the run in which it was asked for',
    },
    {
      find: 'if (lease === 0)',
      replace: 'if (lease < 0)',
      suites: ['unit/leader.spec'],
      scenario: 'an empty lease',
    },
  ],
};
