// Each entry breaks schedule.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'declared tasks': [
    {
      find: "zone.name !== 'UTC'",
      replace: "zone.name === 'nowhere'",
      suites: ['declared-tasks.spec'],
      scenario: 'with the zone as it resolved',
    },
  ],
};
