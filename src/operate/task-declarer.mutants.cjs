// Each entry breaks task-declarer.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: 'if (!isDue && isDeepStrictEqual(tasks, this.declared)) return;',
      replace: 'if (isDeepStrictEqual(tasks, this.declared)) return;',
      suites: ['task-declarer.spec'],
      scenario: 'are declared again as a heartbeat, as soon as it is due and at most 75 seconds later',
    },
    {
      find: 'if (!isDue && isDeepStrictEqual(tasks, this.declared)) return;',
      replace: 'if (!isDue && isDeepStrictEqual([], [])) return;',
      suites: ['task-declarer.spec'],
      scenario: 'are declared anew within two minutes',
    },
    {
      find: 'isFirst && this.declaration.application === undefined',
      replace: 'isFirst',
      suites: ['task-declarer.spec'],
      scenario: 'is no matter where this one has a name',
    },
    {
      find: 'isFirst && this.declaration.application === undefined',
      replace: 'this.declaration.application === undefined',
      suites: ['task-declarer.spec'],
      scenario: 'is warned of once, if neither has a name',
    },
    {
      find: 'if (this.hasEnded) return;',
      replace: 'if (this.isDown) return;',
      suites: ['task-declarer.spec'],
      scenario: 'are declared after an outage',
    },
  ],
};
