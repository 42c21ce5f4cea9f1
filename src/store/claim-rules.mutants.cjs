// Each entry breaks claim-rules.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what a claim is told': [
    {
      find: 'if (isPaused && !evenIfPaused)',
      replace: 'if (false)',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'isPaused && !evenIfPaused',
      replace: 'isPaused',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'if (at - now > tolerance)',
      replace: 'if (false)',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'row.finishedAt === null && row.lockedUntil > now',
      replace: 'row.finishedAt === null',
      suites: ['memory-conformance.spec'],
    },
    {
      find: '  if (isRecovery(request, row)) return undefined;\n',
      replace: '',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'at <= row.lastTick',
      replace: 'at < row.lastTick',
      suites: ['memory-conformance.spec'],
    },
    {
      find: '  if (at < until)',
      replace: '  if (at <= until)',
      suites: ['memory-conformance.spec', 'refusals.spec'],
    },
    {
      find: '0.9 * tick.interval',
      replace: '0',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'Math.min(lastTick, startedAt)',
      replace: 'lastTick',
      suites: ['memory-conformance.spec'],
    },
    {
      find: '  if (resumedAt && at <= resumedAt.getTime()) return false;\n',
      replace: '',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'at >= now - catchupWindow && ',
      replace: '',
      suites: ['memory-conformance.spec'],
    },
    {
      find: 'recover && tick.kind ===',
      replace: 'tick.kind ===',
      suites: ['memory-conformance.spec', 'refusals.spec'],
    },
  ],
};
