// Each entry breaks old-replicas.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/old-replicas.spec'];

module.exports = {
  'a pause warns of replicas that know no pauses, and of no others': [
    { find: 'lock.outcome === undefined', replace: 'false', suites, scenario: 'whose run is in progress' },
    { find: 'isUnrecorded(lock, lastRun)', replace: 'false', suites, scenario: 'whose run has ended' },
    { find: 'lastRun?.name === name', replace: 'lastRun?.name !== undefined', suites, scenario: 'had keys' },
    { find: "outcome !== 'returned'", replace: 'true', suites, scenario: 'that was returned' },
  ],
};
