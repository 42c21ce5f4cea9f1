// Each entry breaks dashboard.guard.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: guard': [
    {
      find: 'visitorOf(await this.settings.authorize(request))',
      replace: 'visitorOf(this.settings.authorize(request))',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'where authorize rejects, and says so in the log',
    },
    {
      find: 'if (!visitor) throw new RefusedVisit();',
      replace: 'if (!visitor) return false;',
      suites: ['wiring/dashboard-closed.spec'],
      scenario: 'without a word more',
    },
  ],
};
