// Each entry breaks control.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  pause: [
    {
      find: 'paused_at = CASE WHEN control.paused_until > clock_timestamp() THEN control.paused_at ELSE clock_timestamp() END',
      replace: 'paused_at = clock_timestamp()',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause that is changed began when it began, and one after it begins anew',
    },
    {
      find: '    resumed_at = NULL\n',
      replace: '    resumed_at = control.resumed_at\n',
      suites: ['operator-store.spec'],
      scenario: 'a pause without an end is one in the row, and none for the operator',
    },
    {
      find: '  WHERE name = $1 AND paused_until > clock_timestamp()\n',
      replace: '  WHERE name = $1\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause with an end is over by itself',
    },
    {
      find: "NULLIF(paused_until, 'infinity'), 'paused'",
      replace: "paused_until, 'paused'",
      suites: ['postgres-conformance.spec'],
      scenario: 'who paused and resumed what is kept, the newest first',
    },
  ],
};
