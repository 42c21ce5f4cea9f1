// Each entry breaks requesting-interceptor.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  requests: [
    {
      find: 'return this.settler.serveAlong(call, run, called, () => lastValueFrom(next.handle()));',
      replace: 'return lastValueFrom(next.handle());',
      suites: ['wiring/requests.spec'],
      scenario: 'serves what waits along with its own: it would run later with older arguments',
    },
    {
      find: 'if (error instanceof ReturnedClaim) return undefined;',
      replace: '',
      suites: ['wiring/requests.spec'],
      scenario: 'of a call that buffers one becomes a request',
    },
  ],
};
