// Each entry breaks insert-queue.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'else if (waiting) waiting.push(each);',
      replace: 'else if (waiting) waiting.unshift(each);',
      suites: ['insert-queue.spec'],
    },
    {
      find: 'wanted.aborted = true;',
      replace: '',
      suites: ['insert-queue.spec'],
      scenario: 'are not wanted any more once they are given up',
    },
    {
      find: '    if (this.waiting.has(name)) return undefined;\n',
      replace: '',
      suites: ['insert-queue.spec'],
    },
    { find: '    this.waiting.set(name, []);\n', replace: '', suites: ['insert-queue.spec'] },
    { find: 'waiting.splice(0, MAX_INSERT)', replace: 'waiting.splice(0, 1)', suites: ['insert-queue.spec'] },
    {
      find: ' || error.sent ||',
      replace: ' ||',
      suites: ['insert-queue.spec'],
      scenario: 'are not sent again where they may have been inserted',
    },
    {
      find: ' || error.sent ||',
      replace: ' || true ||',
      suites: ['insert-queue.spec'],
      scenario: 'are sent again where they certainly were not sent, and are there once',
    },
    {
      find: 'batch.length > 1 && ',
      replace: 'false && ',
      suites: ['insert-queue.spec'],
      scenario: 'fail alone where the store refuses one',
    },
    {
      find: 'if (waiting && first) waiting.unshift(each);',
      replace: 'if (waiting && first) waiting.push(each);',
      suites: ['insert-queue.spec'],
    },
  ],
};
