// Each entry breaks operating.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  pause: [
    {
      find: "control.name IN (${task}, '*') AND control.paused_until > clock_timestamp()",
      replace: 'control.name = ${task} AND control.paused_until > clock_timestamp()',
      suites: ['postgres/requests.spec', 'postgres-conformance.spec'],
    },
  ],
};
