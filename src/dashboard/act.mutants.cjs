// Each entry breaks act.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'dashboard: actions': [
    {
      find: '{ ...options, wait: false }',
      replace: 'options',
      suites: ['wiring/dashboard.spec'],
      scenario: 'trigger a run without waiting for its end',
    },
  ],
  'a refusal writes the name of a replica as it is': [
    {
      find: 'running && message.startsWith(running.replica) ? message : sentence(message)',
      replace: 'sentence(message)',
      suites: ['dashboard-rules.spec'],
      scenario: 'writes the name of a replica',
    },
  ],
};
