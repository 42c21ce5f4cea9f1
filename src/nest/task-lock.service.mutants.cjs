// Each entry breaks task-lock.service.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'names without number are told from those of tasks': [
    {
      find: '!this.registry.hasLock(known.name) || undefined',
      replace: 'undefined',
      suites: ['wiring/events.spec'],
      scenario: 'says of a name that no method declares that it is undeclared',
    },
  ],
};
