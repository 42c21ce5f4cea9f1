// Tells `npm run test:mutants` of each test that has ended: the first failure ends the run, silence means a hang.
module.exports = class ProgressReporter {
  onTestCaseResult(_test, { status, fullName }) {
    process.send({ failed: status === 'failed' ? fullName : undefined });
  }

  /** A suite that cannot even start has no test: its file name stands for it. */
  onTestFileResult({ path }, { testExecError }) {
    process.send({ failed: testExecError ? path.split('/').pop() : undefined });
  }
};
