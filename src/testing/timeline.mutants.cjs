// Each entry breaks timeline.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a clock that a test moves': [
    {
      find: '({ due }) => due <= timer.due',
      replace: '({ due }) => due < timer.due',
      suites: ['unit/manual-clock.spec'],
      scenario: 'those of one instant in the order in which they were set',
    },
    {
      find: 'return () => this.remove(timer);',
      replace: 'return () => {};',
      suites: ['unit/manual-clock.spec'],
      scenario: 'fires timers in the order of their instants',
    },
    {
      find: '      await settled();\n      for',
      replace: '      for',
      suites: ['unit/manual-clock.spec'],
      scenario: 'lets what was begun before it come first',
    },
    {
      find: 'this.elapsed = Math.max(this.elapsed, timer.due);',
      replace: 'this.elapsed = timer.due;',
      suites: ['unit/manual-clock.spec'],
      scenario: 'what is overdue in order when it is resumed',
    },
    {
      find: 'timer.fire();\n        await settled();',
      replace: 'timer.fire();\n        await Promise.resolve();',
      suites: ['unit/manual-clock.spec'],
      scenario: 'also after promises and a turn of the event loop',
    },
    {
      find: 'afterPromises(() => inNextTurn(resolve))',
      replace: 'inNextTurn(resolve)',
      suites: ['unit/manual-clock.spec'],
      scenario: 'also after promises and a turn of the event loop',
    },
    {
      find: 'const [afterPromises, inNextTurn] = [nextTick, setImmediate];',
      replace:
        'const afterPromises = (work: () => void) => nextTick(work);\nconst inNextTurn = (work: () => void) => globalThis.setImmediate(work);',
      suites: ['unit/manual-clock.spec'],
      scenario: 'also where a test runner fakes timers',
    },
    {
      find: '} finally {\n      this.isMoving = false;\n    }',
      replace: '} finally {\n    }\n    this.isMoving = false;',
      suites: ['unit/manual-clock.spec'],
      scenario: 'passes on what a timer throws, and can be moved again',
    },
    {
      find: 'due > end || !isPaused()',
      replace: 'due > end || isPaused !== undefined',
      suites: ['unit/manual-clock.spec'],
      scenario: 'fires nothing while it is paused',
    },
    {
      find: 'return moved === PROBE;',
      replace: 'return moved >= 0;',
      suites: ['unit/manual-clock.spec'],
      scenario: 'a store by the clock of',
    },
    {
      find: 'this.elapsed = elapsed;',
      replace: '',
      suites: ['unit/manual-clock.spec'],
      scenario: 'a store by the clock of another replica, or one that is wrong by a constant',
    },
  ],
};
