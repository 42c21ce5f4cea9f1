// Each entry breaks claim-attempt.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  '6 token-idempotent': [
    {
      find: 'this.firstSentAt ??= instantOf(this.clock);',
      replace: 'this.firstSentAt = instantOf(this.clock);',
      suites: ['claim-attempt.spec'],
      scenario: 'was sent when its token was sent first',
    },
    {
      find: "if (answer.status === 'won') this.observeWin(answer);",
      replace: '',
      suites: ['claim-attempt.spec'],
      scenario: 'a win that no run used',
    },
    {
      find: 'if (error instanceof LockStoreUnavailableError && error.sent) this.observeUncertainty();',
      replace: '',
      suites: ['task-locks-release.spec'],
      scenario: 'is sent before what an older ask of its call may have taken goes back',
    },
  ],
  'what may have been won goes back': [
    {
      find: 'this.mayHoldRow || this.unanswered > 0',
      replace: 'this.mayHoldRow',
      suites: ['claim-attempt.spec'],
      scenario: 'an ask that has no answer when the attempt is given up: it may have won',
    },
    {
      find: 'this.clock.timer(timeout, () => resolve(undefined), true)',
      replace: 'nothing',
      suites: ['task-locks-release.spec'],
      scenario: 'is sent before what an older ask of its call may have taken goes back',
    },
  ],
  'an ask that outlives its run goes back': [
    {
      find: "if (this.used && (kind === 'scheduled' || kind === 'abandoned')) return;",
      replace: 'if (this.used) return;',
      suites: ['task-locks-release.spec'],
      scenario: 'is sent before what an older ask of its call may have taken goes back',
    },
    {
      find: "kind === 'scheduled' || kind === 'abandoned'",
      replace: "kind === 'scheduled' || kind === 'abandoned' || kind === 'kept'",
      suites: ['claim-attempt.spec'],
      scenario: 'an older ask that breaks after the run',
    },
    {
      find: "if (this.used && (kind === 'scheduled' || kind === 'abandoned')) return;",
      replace: 'void kind;',
      suites: ['claim-attempt.spec'],
      scenario: 'nothing of a tick that ran: nobody can win it again, and a return would give it back',
    },
    {
      find: 'if (this.closed && (!this.used || this.runIsOver)) this',
      replace: 'if (this.closed) this',
      suites: ['task-locks-release.spec'],
      scenario: 'is sent before what an older ask of its call may have taken goes back',
    },
  ],
};
