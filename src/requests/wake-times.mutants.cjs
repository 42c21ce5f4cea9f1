// Each entry breaks wake-times.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: 'dues.instants.add(look);',
      replace: 'dues.instants = new Set([look]);',
      suites: ['request-watch.spec'],
    },
    {
      find: 'dues.putOff = { first: Math.min(first, look), last: Math.max(last, look) };',
      replace: 'dues.putOff = { first: Math.min(first, look), last: look };',
      suites: ['due-instants.spec'],
    },
  ],
};
