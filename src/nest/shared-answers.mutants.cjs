// Each entry breaks shared-answers.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'probes that pile up take one connection': [
    {
      find: 'if (asked) return asked;',
      replace: '',
      suites: ['wiring/health.spec'],
      scenario: 'asks once however many ask',
    },
    {
      find: 'send().finally(() => this.open.delete(what))',
      replace: 'send()',
      suites: ['wiring/health.spec'],
      scenario: 'asks once however many ask',
    },
  ],
};
