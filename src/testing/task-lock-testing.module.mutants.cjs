// Each entry breaks task-lock-testing.module.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a clock that a test moves': [
    {
      find: 'const replaced = clock ?',
      replace: 'const replaced = clock && !clock ?',
      suites: ['wiring/manual-clock.spec'],
      scenario: 'fires each schedule at its instants',
    },
    {
      find: 'clock && (() => clock.timeline.now())',
      replace: '',
      suites: ['wiring/manual-clock.spec'],
      scenario: 'fires each schedule at its instants',
    },
    {
      find: '() => clock.timeline.now()',
      replace: '() => clock.now()',
      suites: ['unit/manual-clock.spec'],
      scenario: 'the store of a replica whose clock is wrong has the right time',
    },
    {
      find: '!clock.timeline.moves(store.now)',
      replace: 'store.now() < 0',
      suites: ['unit/manual-clock.spec'],
      scenario: 'a store by the clock of',
    },
  ],
};
