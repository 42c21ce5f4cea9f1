// Each entry breaks requesting-interceptor.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
module.exports = {
  requests: [
    {
      find: 'return this.settler.serveAlong(call, run, called, () => lastValueFrom(next.handle()));',
      replace: 'return lastValueFrom(next.handle());',
      suites: ['wiring/requests.spec'],
    },
    {
      find: 'if (error instanceof ReturnedClaim) return undefined;',
      replace: '',
      suites: ['wiring/requests.spec'],
    },
  ],
};
