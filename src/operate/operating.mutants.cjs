// Each entry breaks operating.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'operating never costs a start': [
    {
      find: 'this.prepareIn(SOON);',
      replace: 'void this.prepare();',
      suites: ['operating.spec'],
      scenario: 'begins a moment after the start',
    },
    {
      find: 'return this.prepareIn(RETRY * (0.75 + Math.random() / 2));',
      replace: 'return;',
      suites: ['operating.spec'],
      scenario: 'begins after an outage',
    },
    {
      find: 'if (problem !== undefined) {',
      replace:
        'if (problem !== undefined) this.parts.forEach((part) => part.begin());\n    if (problem !== undefined) {',
      suites: ['operating.spec'],
      scenario: 'does not begin before the next start where a table is missing',
    },
    {
      find: 'await answerWithin(this.clock, this.timeout, this.store.prepare())',
      replace: 'await this.store.prepare()',
      suites: ['operating.spec'],
      scenario: 'begins after an attempt that had no answer',
    },
    {
      find: 'if (this.hasEnded) return;',
      replace: '',
      suites: ['operating.spec'],
      scenario: 'says nothing of an attempt whose connection a shutdown has closed',
    },
  ],
};
