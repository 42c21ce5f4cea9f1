const { default: TestRunner } = require('jest-runner');

/** Runs one suite at a time, whatever `maxWorkers` says: replicas would miss ticks beside another suite's replicas. */
module.exports = class SerialRunner extends TestRunner {
  isSerial = true;
};
