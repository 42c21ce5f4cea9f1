// Each entry breaks trigger-states.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a trigger that was taken and never began': [
    {
      find: 'action.fence ?? (isExpired ? await fenceInRow(store, action, takenBy) : undefined)',
      replace: 'action.fence',
      suites: ['wiring/triggers.spec'],
      scenario: 'that has begun, and whose replica cannot say so',
    },
    {
      find: "lock?.outcome !== 'operator' || lock.heldBy !== replica || lock.startedAt < at",
      replace: "lock?.outcome !== 'operator' || lock.startedAt < at",
      suites: ['wiring/triggers.spec'],
      scenario: 'that has begun, and whose replica cannot say so',
    },
    {
      find: ' || lock.startedAt < at)',
      replace: ')',
      suites: ['wiring/triggers.spec'],
      scenario: 'that has begun, and whose replica cannot say so',
    },
    {
      find: 'others.some(({ fence }) => fence === lock.fence)',
      replace: 'others.length === 0',
      suites: ['wiring/triggers.spec'],
      scenario: 'that never began is not told by the run of another one',
    },
    {
      find: "isExpired\n      ? { status: 'expired', id, replica: takenBy }\n      : ",
      replace: '',
      suites: ['wiring/triggers.spec'],
      scenario: 'whose replica never hears that it has it expires',
    },
  ],
};
