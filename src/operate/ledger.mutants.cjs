// Each entry breaks ledger.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
const suites = ['unit/ledger.spec'];

module.exports = {
  'what is known to have run': [
    { find: "if (this.isRunning(tick)) return { state: 'running' };", replace: '', suites },
    { find: "if (run) return { state: 'ran', run };", replace: '', suites },
    { find: "if (this.known.includes(tick)) return { state: 'ran, not recorded' };", replace: '', suites },
    { find: 'if (!isAlive(lock, this.now) || isCall(lock)) return false;', replace: '', suites },
    { find: 'return lock.outcome !== undefined || ', replace: 'return true || ', suites },
    {
      find: 'const runs = dead ? [...facts.runs, dead] : facts.runs;',
      replace: 'const runs = facts.runs;',
      suites,
    },
  ],
  'what kept a tick from running': [
    {
      find: "if (!expected || expected.isGuess) return { state: 'unknown' };",
      replace: "if (!expected) return { state: 'unknown' };",
      suites,
    },
    { find: "if (this.isWithinHold(tick, expected)) return { state: 'not due' };", replace: '', suites },
    { find: "if (paused) return { state: 'paused', paused };", replace: '', suites },
    { find: 'until >= tick + TIMERS_ARE_LATE_BY', replace: 'until >= tick', suites },
    { find: 'ticks.minHoldBefore(tick, definition.minHold)', replace: 'definition.minHold', suites },
    {
      find: 'return { from, until: until ?? from + lease, run };',
      replace: 'return { from, until: Infinity, run };',
      suites,
    },
    { find: '...this.timeOfRow()', replace: '', suites },
    { find: '(lock.isTakenAway ? lock.lockedUntil : undefined)', replace: 'undefined', suites },
    { find: ' && !expected.definition.isConditional', replace: '', suites },
  ],
  'missed or unknown': [
    { find: 'if (historySince && tick < historySince.getTime()) return false;', replace: '', suites },
    {
      find: 'next.previousTick !== undefined && next.previousTick.getTime() < tick',
      replace: 'true',
      suites,
    },
    {
      find: 'if (!lock || (lock.lastTick?.getTime() ?? -Infinity) > tick) return false;',
      replace: '',
      suites,
    },
    { find: 'return tick + CLAIM_TIMEOUT < this.now.getTime();', replace: 'return true;', suites },
  ],
};
