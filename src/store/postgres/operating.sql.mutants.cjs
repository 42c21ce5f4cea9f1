// Each entry breaks operating.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  pause: [
    {
      find: "control.name IN (${task}, '*') AND control.paused_until > ${at}",
      replace: 'control.name = ${task} AND control.paused_until > ${at}',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause of all tasks stops each, and one of a task stops it alone',
    },
    {
      find: 'LEAST(control.paused_until, control.resumed_at, clock_timestamp())',
      replace: 'LEAST(control.paused_until, control.resumed_at)',
      suites: ['postgres-conformance.spec'],
      scenario: 'an operator may run a task though it is paused',
    },
    {
      find: 'LEAST(control.paused_until, control.resumed_at, clock_timestamp())',
      replace: 'LEAST(control.resumed_at, clock_timestamp())',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause that has ended by itself ends there',
    },
  ],
};
