// Each entry breaks task-lock.health.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const health = ['wiring/health.spec'];

module.exports = {
  'a clock that differs is not healthy': [
    {
      find: 'Math.abs(offset) <= TOLERANCE',
      replace: 'offset <= TOLERANCE',
      suites: health,
      scenario: 'a clock that is ahead by -20000 ms',
    },
  ],
  'a check waits no longer than claimTimeout': [
    {
      find: 'return answerWithin(this.clock, this.timeout, answer);',
      replace: 'return answer;',
      suites: health,
      scenario: 'waits no longer than claimTimeout',
    },
  ],
  'a public answer holds no text of the database': [
    {
      find: 'message: UNUSABLE',
      replace: 'message: messageOf(error)',
      suites: health,
      scenario: 'without a word of its error',
    },
  ],
  'checks that fail do not flood the log': [
    {
      find: 'if (now >= this.quietUntil) {',
      replace: 'if (now >= 0) {',
      suites: health,
      scenario: 'without a word of its error',
    },
  ],
  'an unknown task is an error, and not down': [
    {
      find: 'if (error instanceof TaskLockUsageError) throw error;',
      replace: '',
      suites: health,
      scenario: 'refuses an unknown task',
    },
    {
      find: 'Array.isArray(tasks) && tasks.length > 0',
      replace: 'Array.isArray(tasks)',
      suites: health,
      scenario: 'refuses an unknown task',
    },
  ],
};
