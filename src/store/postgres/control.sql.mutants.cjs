// Each entry breaks control.sql.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  pause: [
    {
      find: '    paused_at = excluded.paused_at,\n',
      replace: '',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause that takes the place of another begins anew, and answers the other one',
    },
    {
      find: 'FROM ${control} WHERE name = $1 AND paused_until > clock_timestamp()\n), paused',
      replace: 'FROM ${control} WHERE name = $1\n), paused',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause that takes the place of another begins anew, and answers the other one',
    },
    {
      find: '    resumed_at = NULL\n',
      replace: '    resumed_at = control.resumed_at\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'of two pauses the end of the later one counts',
    },
    {
      find: '  WHERE name = $1 AND paused_until > clock_timestamp()\n',
      replace: '  WHERE name = $1\n',
      suites: ['postgres-conformance.spec'],
      scenario: 'a pause with an end is over by itself',
    },
  ],
};
