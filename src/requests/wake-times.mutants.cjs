// Each entry breaks wake-times.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'wakes.instants.add(Math.ceil(due / GRID) * GRID);',
      replace: 'wakes.instants = new Set([Math.ceil(due / GRID) * GRID]);',
      suites: ['unit/poller.spec'],
    },
    { find: 'Math.max(window.due, due)', replace: 'due', suites: ['wake-times.spec'] },
    { find: 'Math.min(window.latest, latest)', replace: 'latest', suites: ['wake-times.spec'] },
    { find: 'rest.until <= instant && ', replace: '', suites: ['wake-times.spec'] },
    { find: '    this.add(name, until);\n', replace: '', suites: ['unit/poller.spec'] },
  ],
};
