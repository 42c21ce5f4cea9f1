// Each entry breaks same-origin.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: same origin': [
    {
      find: "if (site !== undefined) return site === 'same-origin';",
      replace: "if (site !== undefined) return site !== 'cross-site';",
      suites: ['unit/dashboard-rules.spec'],
      scenario: 'is refused from a sibling',
    },
    {
      find: 'if (origin !== undefined) return origin === ownOrigin || isOfHost(origin, headers);',
      replace: 'if (origin !== undefined) return true;',
      suites: ['unit/dashboard-rules.spec'],
      scenario: 'is refused from a sandbox',
    },
    {
      find: "return mediaTypeOf(headers) === 'application/json';",
      replace: 'return true;',
      suites: ['unit/dashboard-rules.spec'],
      scenario: 'is refused from a form without headers',
    },
  ],
};
