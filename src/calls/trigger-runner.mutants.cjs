// Each entry breaks trigger-runner.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'triggered runs': [
    {
      find: 'operated: { evenIfPaused: trigger.evenIfPaused }',
      replace: 'operated: { evenIfPaused: false }',
      suites: ['wiring/triggers.spec'],
      scenario: 'unless it is wanted all the same',
    },
    {
      find: 'return (await within(this.clock, this.settings.claimTimeout, asked)) === true;',
      replace: 'return (await within(this.clock, this.settings.claimTimeout, asked)) !== undefined;',
      suites: ['wiring/triggers.spec'],
      scenario: 'is left to a replica on which the condition of the task is true',
    },
    {
      find: 'if (key === undefined || key === derived) return derived;',
      replace: 'if (key === undefined || key !== undefined) return derived;',
      suites: ['wiring/triggers.spec'],
      scenario: 'with another key is refused',
    },
    {
      find: 'redact(redactError, text, task)',
      replace: 'text',
      suites: ['wiring/triggers.spec'],
      scenario: 'as redactError lets it be kept',
    },
  ],
  'a trigger begins in time, or never': [
    {
      find: "if (!begin(fence, key)) throw new ReturnedClaim('it was won too late');",
      replace: 'begin(fence, key);',
      suites: ['wiring/triggers.spec'],
      scenario: 'that is woken too late never begins, and returns its claim',
    },
    {
      find: 'claimTimeout + waitTimeout +',
      replace: 'claimTimeout +',
      suites: ['wiring/triggers.spec'],
      scenario: 'of a task that waits, as long as it waits',
    },
    {
      find: '(when ? claimTimeout : 0) +',
      replace: '',
      suites: ['wiring/triggers.spec'],
      scenario: 'of a task that has a condition',
    },
    {
      find: '(recover ? LEFT_BEHIND_TIMEOUT : 0) +',
      replace: '',
      suites: ['wiring/triggers.spec'],
      scenario: 'of a task that recovers',
    },
  ],
  'the answer of a trigger is what the history has': [
    {
      find: 'answer: { answer: outcome, fence, error }',
      replace: "answer: { answer: error === undefined ? 'succeeded' : 'failed', fence, error }",
      suites: ['wiring/triggers.spec'],
      scenario: 'as the history has it',
    },
  ],
};
