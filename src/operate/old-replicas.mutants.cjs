// Each entry breaks old-replicas.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/old-replicas.spec'];

module.exports = {
  'a pause warns of replicas that know no pauses': [
    { find: 'outcome === undefined', replace: 'false', suites, scenario: 'whose run is in progress' },
    { find: ' ?? unrecordedEnd(record)', replace: '', suites, scenario: 'whose run has ended' },
  ],
};
