// Each entry breaks runner.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: "run.signal.addEventListener('abort', () => resolve({ progressed: false }), { once: true });",
      replace: '',
      suites: ['wiring/requests.spec'],
    },
    {
      find: 'if (task.recover) await within(this.clock, RECOVERY_PATIENCE, this.recovery.look(task.name));',
      replace: '',
      suites: ['wiring/requests.spec'],
    },
    {
      find: 'claimOf(call).minHold, LONGEST_REST',
      replace: 'LONGEST_REST',
      suites: ['wiring/requests.spec'],
    },
  ],
};
