// Each entry breaks runs-of.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/runs-of.spec'];

module.exports = {
  'a run whose replica died': [
    { find: 'if (dead.length === 0) return recorded;', replace: 'return recorded;', suites },
    {
      find: '!known.some((run) => run.name === name && run.fence === fence)',
      replace: 'name !== undefined && fence !== undefined && known.length >= 0',
      suites,
      scenario: 'is told once',
    },
    { find: 'run.name === name && ', replace: '', suites, scenario: 'is told of each key' },
    { find: "if (outcomes && !outcomes.includes('died')) return [];", replace: '', suites },
    { find: '.filter((lock) => isDead(lock, now))', replace: '', suites },
    { find: 'name === lockOf(task, key)', replace: 'name !== task', suites },
    { find: '!before || startedAt < before', replace: '!before || startedAt <= before', suites },
    {
      find: '.sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime())',
      replace: '',
      suites,
    },
    { find: '.slice(0, search.limit)', replace: '', suites },
  ],
};
