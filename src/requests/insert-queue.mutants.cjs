// Each entry breaks insert-queue.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: 'else this.waiting.push(waiting);',
      replace: 'else this.waiting.unshift(waiting);',
      suites: ['request-lane.spec'],
    },
    { find: 'wanted.aborted = true;', replace: '', suites: ['integration/requests.spec'] },
    {
      find: '    this.isTaken = true;\n    let isLeft',
      replace: '    let isLeft',
      suites: ['request-lane.spec'],
    },
    {
      find: 'this.waiting.splice(0, MAX_INSERT)',
      replace: 'this.waiting.splice(0, 1)',
      suites: ['request-lane.spec'],
    },
    { find: 'batch.length > 1 && ', replace: 'false && ', suites: ['request-lane.spec'] },
  ],
};
