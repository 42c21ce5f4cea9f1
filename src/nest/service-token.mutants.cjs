// Each entry breaks service-token.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'the token of the service is one a process': [
    {
      find: `oncePerProcess('service token', () => ServiceOfThisCopy)`,
      replace: '(oncePerProcess, ServiceOfThisCopy)',
      suites: ['wiring/two-copies.spec'],
      scenario: 'injects TaskLockService',
    },
    {
      find: `oncePerProcess('events token', () => EventsOfThisCopy)`,
      replace: '(oncePerProcess, EventsOfThisCopy)',
      suites: ['wiring/two-copies.spec'],
      scenario: 'injects TaskLockEvents',
    },
    {
      find: `oncePerProcess('health token', () => IndicatorOfThisCopy)`,
      replace: '(oncePerProcess, IndicatorOfThisCopy)',
      suites: ['wiring/two-copies.spec'],
      scenario: 'injects TaskLockHealthIndicator',
    },
  ],
};
