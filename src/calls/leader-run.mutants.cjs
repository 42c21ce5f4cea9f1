// Each entry breaks leader-run.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'one leader at a time': [
    {
      find: 'return !this.signal.aborted && this.lock.isHeld();',
      replace: 'return !this.signal.aborted;',
      suites: ['unit/leader.spec'],
      scenario: 'while it was stopped knows so before its first timer fires, and commits nothing more',
    },
    {
      find: 'return !this.signal.aborted && this.lock.isHeld();',
      replace: 'return this.lock.isHeld();',
      suites: ['unit/leader.spec'],
      scenario: 'keeps the lock until its work has settled, so that the next leader does not begin beside it',
    },
    {
      find: "else signal.addEventListener('abort', lost, { once: true });",
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'in an outage is deposed before another can be elected, and is a candidate again afterwards',
    },
  ],
};
