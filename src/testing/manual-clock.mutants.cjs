// Each entry breaks manual-clock.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a clock that a test moves': [
    {
      find: 'Math.max(Math.ceil(delay), SHORTEST_TIMER)',
      replace: 'Math.max(delay, SHORTEST_TIMER)',
      suites: ['unit/manual-clock.spec'],
      scenario: 'fires no timer early',
    },
    {
      find: 'Math.max(Math.ceil(delay), SHORTEST_TIMER)',
      replace: 'Math.max(Math.ceil(delay), 0)',
      suites: ['unit/manual-clock.spec'],
      scenario: 'none twice at one instant',
    },
    {
      find: 'fire: AsyncResource.bind(callback),',
      replace: 'fire: callback,',
      suites: ['unit/manual-clock.spec'],
      scenario: 'calls back in the context that set the timer',
    },
    {
      find: 'if (this.timeline.isMoving) {',
      replace: 'if (this.timeline.isMoving && by < 0) {',
      suites: ['unit/manual-clock.spec'],
      scenario: 'it is moved while it moves',
    },
    {
      find: 'if (!this.timeline.isMoving) await this.timeline.move(0);',
      replace: 'await this.timeline.move(0);',
      suites: ['unit/manual-clock.spec'],
      scenario: 'can be paused and resumed by a timer',
    },
    {
      find: 'if (!this.timeline.isMoving) await this.timeline.move(0);',
      replace: 'await Promise.resolve();',
      suites: ['unit/manual-clock.spec'],
      scenario: 'what is overdue in order when it is resumed',
    },
    {
      find: 'return this.timeline.now() + this.aheadBy;',
      replace: 'return this.timeline.now();',
      suites: ['unit/manual-clock.spec'],
      scenario: 'may have a wall clock that is ahead',
    },
    {
      find: '/(Z|[+-]\\d\\d:?\\d\\d)$/',
      replace: '/./',
      suites: ['unit/manual-clock.spec'],
      scenario: 'it starts at 2026-01-01T00:00:00',
    },
  ],
};
