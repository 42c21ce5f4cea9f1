// Each entry breaks missed-ticks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a tick of this moment is not missed': [
    {
      find: 'now - newest.getTime() > inTime',
      replace: 'true',
      suites: ['messages.spec'],
      scenario: 'ms after it was due: it runs in time',
    },
  ],
  'missed ticks': [
    {
      find: "if (status === 'done' || olderFrom === undefined) return undefined;",
      replace: 'return undefined;',
      suites: ['task-locks.spec'],
      scenario: 'that overtakes ticks which no replica ran says that they are dropped',
    },
  ],
  'a pause keeps its tasks from running': [
    {
      find: 'resumedAt === undefined ? -Infinity : instants.nextAfter(resumedAt.getTime() - 1)',
      replace: '-Infinity',
      suites: ['messages.spec'],
      scenario: 'is not reported as missed, neither where it is too old to catch up on',
    },
  ],
  'missed ticks are counted so far': [
    {
      find: 'for (; count < COUNT_UP_TO; count++) {',
      replace: 'for (; ; count++) {',
      suites: ['unit/events.spec'],
      scenario: 'counts only those that were meant to run, and no more than 100',
    },
    {
      find: 'const next = nextMeantToRun(instants, minHold, last);',
      replace: 'const next = nextMeantToRun(instants, 0, last);',
      suites: ['unit/events.spec'],
      scenario: 'counts only those that were meant to run, and no more than 100',
    },
  ],
};
