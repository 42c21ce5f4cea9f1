// Each entry breaks wake-times.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'dues.instants.add(look);',
      replace: 'dues.instants = new Set([look]);',
      suites: ['request-watch.spec'],
      scenario: 'comes at the end of a rest, also where more is asked for meanwhile',
    },
    {
      find: 'dues.putOff = { first: Math.min(first, look), last: Math.max(last, look) };',
      replace: 'dues.putOff = { first: Math.min(first, look), last: look };',
      suites: ['due-instants.spec'],
      scenario: 'are the same where one is told late, of a transaction that was open',
    },
  ],
};
