// Each entry breaks postgres-request-store.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what a request costs': [
    {
      find: '{ ...this.statements().pickUp, values }',
      replace: '{ text: this.statements().pickUp.text, values }',
      suites: ['postgres/requests.spec'],
      scenario:
        'what is sent for each request is planned once a connection, and keeps the order of one insert',
    },
  ],
  'a cancel is final': [
    {
      find: "outcome === 'cancelled' ? 0 : attempts",
      replace: 'attempts',
      suites: ['postgres-conformance.spec'],
      scenario: 'what a cancelled run picked up is parked at once, also where it is settled twice',
    },
  ],
};
