// Each entry breaks history-prune.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'bounds of the history': [
    {
      find: 'while (!this.hasEnded && (await this.store.prune(HISTORY_LIMITS)) > 0)',
      replace: 'if (!this.hasEnded && (await this.store.prune(HISTORY_LIMITS)) > 0)',
      suites: ['history-prune.spec'],
      scenario: 'is pruned again and again until nothing is left to remove',
    },
    {
      find: 'this.pruneIn(HOUR * (0.75 + Math.random() / 2));',
      replace: '',
      suites: ['history-prune.spec'],
      scenario: 'is pruned once an hour',
    },
    {
      find: 'await startPause(this.clock, PAUSE, false).over',
      replace: 'await startPause(this.clock, PAUSE).over',
      suites: ['history-prune.spec'],
      scenario: 'is not pruned after a shutdown',
    },
  ],
};
