// Tells `npm run test:mutants` the first scenario that fails, as soon as it has: the rest of its suites is of no use.
module.exports = class FirstFailureReporter {
  onTestCaseResult(_test, { status, fullName }) {
    if (status === 'failed') process.send(fullName);
  }

  /** A suite that cannot even start has no scenario. */
  onTestFileResult({ path }, { testExecError }) {
    if (testExecError) process.send(path.split('/').pop());
  }
};
