// Each entry breaks next-due.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a winner knows when its task is due next': [
    {
      find: 'instants.nextAfter(Math.max(now, lastTick))',
      replace: 'instants.nextAfter(lastTick)',
      suites: ['next-due.spec'],
      scenario: 'at the first tick after now, where its run took longer than the gap',
    },
    {
      find: 'return next - lastTick >= hold ? next :',
      replace: 'return next - lastTick >= 0 ? next :',
      suites: ['next-due.spec'],
      scenario: 'at no tick within its minimum hold: polled hourly, it runs daily',
    },
    {
      find: 'next - lastTick >= hold ?',
      replace: 'next - lastTick >= minHold ?',
      suites: ['next-due.spec'],
      scenario: 'at the tick that comes sooner where its clock is set forward',
    },
    {
      find: 'return at > after ? at : undefined;',
      replace: 'return at;',
      suites: ['next-due.spec'],
      scenario: 'a date is due once, until then',
    },
    {
      find: ' || schedule.isDisabled',
      replace: '',
      suites: ['next-due.spec'],
      scenario: 'never where it is disabled',
    },
  ],
};
