// Each entry breaks form.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/dashboard-form.spec'];

module.exports = {
  'a pause counts from the clock of the store': [
    { find: '(await now()).getTime()', replace: 'Date.now()', suites },
  ],
};
