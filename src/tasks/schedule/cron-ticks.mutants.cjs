// Each entry breaks cron-ticks.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'clocks that are set': [
    {
      find: 'if (due < change + offset) return change;',
      replace: '',
      suites: ['cron-ticks-zones.spec', 'cron-firings.spec'],
      scenario: '30 2 * * * is due whenever',
    },
    {
      find: 'if (tick > until || !this.isRepeated(tick)) return tick;',
      replace: 'return tick;',
      suites: ['cron-ticks-zones.spec'],
      scenario: '30 2 * * * is due whenever',
    },
    {
      find: 'return shortestGap(this.cronTime) > HOUR;',
      replace: 'return true;',
      suites: ['cron-ticks-zones.spec'],
      scenario: '30 * * * * is due whenever',
    },
    {
      find: 'return isLate && this.isStray(now, tick.getTime()) ? undefined : tick;',
      replace: 'return tick;',
      suites: ['wiring/clock-change.spec', 'cron-firings.spec'],
      scenario: 'a firing of cron that is no tick is skipped',
    },
    {
      find: 'next > tick && next <= now + EARLY_TIMER',
      replace: 'next > tick',
      suites: ['cron-ticks.spec', 'missed-ticks.spec'],
      scenario: 'a timer that is late',
    },
  ],
  'what is known is not computed': [
    {
      find: 'Math.min(tick, until)',
      replace: 'tick',
      suites: ['cron-ticks.spec'],
      scenario: 'of a rare expression asks little of its zone',
    },
    {
      find: 'if (this.nextWithin(found, bound) > bound) return found;',
      replace: '',
      suites: ['cron-ticks.spec'],
      scenario: 'of a rare expression asks little of its zone',
    },
    {
      find: 'if (known && known.tick <= after && after < known.next) return known.next;',
      replace: '',
      suites: ['cron-ticks.spec'],
      scenario: 'has computed the next one',
    },
    {
      find: 'if (known && known.tick <= after && after < known.next) return known.next;',
      replace: 'if (known && known.tick <= after && after <= known.next) return known.next;',
      suites: ['cron-ticks.spec'],
      scenario: 'has computed the next one',
    },
  ],
};
