// Each entry breaks dashboard.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: answers': [
    {
      find: 'if (hasLeft(response)) return EMPTY;',
      replace: '',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'to the action of a client that has left before authorize answered',
    },
    {
      find: 'if (!isSameOrigin(visit.headers, this.settings.origin)) throw notFromHere(visit);',
      replace: '',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'to actions from another site',
    },
    {
      find: 'const again = visit.isAction ? undefined : retryAfter;',
      replace: 'const again = undefined;',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'while the database does not answer, says so, and opens again by itself',
    },
  ],
};
