// Each entry breaks insert-queue.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'else this.waiting.push(waiting);',
      replace: 'else this.waiting.unshift(waiting);',
      suites: ['request-lane.spec'],
      scenario: 'that gather while an insert is under way go in the next one, in their order',
    },
    {
      find: 'wanted.aborted = true;',
      replace: '',
      suites: ['integration/requests.spec'],
      scenario: 'without a connection left, a request gives up in time and is not sent later',
    },
    {
      find: '    this.isTaken = true;\n    let isLeft',
      replace: '    let isLeft',
      suites: ['request-lane.spec'],
      scenario: 'wait for a call that is not decided, and come after it where it becomes one of them',
    },
    {
      find: 'this.waiting.splice(0, MAX_INSERT)',
      replace: 'this.waiting.splice(0, 1)',
      suites: ['request-lane.spec'],
      scenario: 'that gather while an insert is under way go in the next one, in their order',
    },
    {
      find: 'batch.length > 1 && ',
      replace: 'false && ',
      suites: ['request-lane.spec'],
      scenario: 'fail alone where the store refuses one',
    },
  ],
};
