// Each entry breaks settler.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'startedAt.getTime() - (this.clock.monotonic() - since)',
      replace: 'startedAt.getTime()',
      suites: ['wiring/requests.spec'],
      scenario: 'a call whose claim waited leaves what was published meanwhile, with newer arguments',
    },
    {
      find: "reason.reason === 'shutdown' ? 'aborted' : otherwise",
      replace: 'otherwise',
      suites: ['wiring/requests.spec'],
      scenario: 'a run that a shutdown cuts off leaves its requests to the other, and was no attempt',
    },
    {
      find: 'lastPublishedAt ? lastPublishedAt.getTime() + 1 : -Infinity',
      replace: '-Infinity',
      suites: ['wiring/requests.spec'],
      scenario: 'a call serves what was published before it, however long its claim takes',
    },
    {
      find: '      run.assertHeld();\n',
      replace: '',
      suites: ['wiring/requests.spec'],
      scenario: 'of a call that buffers one becomes a request',
    },
    { find: 'count > 0 ? giveBack() : undefined', replace: 'void count', suites: ['wiring/requests.spec'] },
    {
      find: '      await giveBack();\n      throw error;',
      replace: '      throw error;',
      suites: ['wiring/requests.spec'],
      scenario: 'a pick-up that is answered too late was no attempt, and is not sent where it still waits',
    },
    {
      find: 'wanted.aborted = true;',
      replace: '',
      suites: ['wiring/requests.spec'],
      scenario: 'a pick-up that is answered too late was no attempt',
    },
  ],
  'a cancel is final': [
    {
      find: "if (reason.reason === 'cancelled') return ['cancelled', reason.message];",
      replace: '',
      suites: ['wiring/cancel.spec'],
      scenario: 'are parked, with who cancelled it and why, and not tried again',
    },
  ],
};
