// Each entry breaks claim-attempt.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const LOCKS = [
  'task-locks.spec',
  'claim-attempt.spec',
  'task-locks-release.spec',
  'task-locks-running.spec',
  'task-locks-stop.spec',
];

module.exports = {
  '6 token-idempotent': [
    {
      find: 'this.firstSentAt ??= instantOf(this.clock);',
      replace: 'this.firstSentAt = instantOf(this.clock);',
      suites: LOCKS,
    },
    { find: "if (answer.status === 'won') this.observeWin(answer);", replace: '', suites: LOCKS },
    {
      find: 'if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();',
      replace: '',
      suites: LOCKS,
    },
  ],
  'what may have been won goes back': [
    { find: 'this.suspect || this.unanswered > 0', replace: 'this.suspect', suites: LOCKS },
    {
      find: 'const cancel = this.clock.timer(patience, () => resolve(undefined), true);',
      replace: 'const cancel = () => {};',
      suites: LOCKS,
    },
  ],
  'an ask that outlives its run goes back': [
    {
      find: "new Set(['scheduled', 'abandoned'])",
      replace: "new Set(['scheduled', 'abandoned', 'call', 'kept'])",
      suites: LOCKS,
    },
    {
      find: "new Set(['scheduled', 'abandoned'])",
      replace: "new Set(['scheduled', 'abandoned', 'kept'])",
      suites: LOCKS,
    },
    {
      find: 'if (this.used && NAMES_ITS_TICK.has(this.request.tick.kind)) return;',
      replace: '',
      suites: LOCKS,
    },
    {
      find: 'if (this.closed && (!this.used || this.runIsOver)) this',
      replace: 'if (this.closed) this',
      suites: LOCKS,
    },
  ],
};
