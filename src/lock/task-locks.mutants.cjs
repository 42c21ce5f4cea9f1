// Each entry breaks task-locks.ts in one place: `find` stands there once, and one of the suites must fail with `replace`.
// test/mutants/mutants.mjs says what each field means, test/mutants/run.mjs how they are run.
const LOCKS = [
  'task-locks.spec',
  'claim-attempt.spec',
  'task-locks-release.spec',
  'task-locks-running.spec',
  'task-locks-stop.spec',
];

module.exports = {
  '4 a tick runs once, whatever the clocks': [
    {
      find: 'await pause(this.clock, delay ?? 0, this.stopping.signal)',
      replace: 'await pause(this.clock, 0, this.stopping.signal)',
      suites: LOCKS,
    },
  ],
  '5 answers': [
    { find: 'await attempt.pause(Math.min(retryDelay(asks), left()));', replace: 'break;', suites: LOCKS },
  ],
  recovery: [
    {
      find: 'if (inProgress && heldUntil) this.lookAgain(claim, heldUntil.getTime() - now);',
      replace: '',
      suites: ['recovery.spec'],
    },
  ],
  'missed ticks': [
    {
      find: "if ((recover || instants) && tick.kind !== 'call')",
      replace: "if (recover && tick.kind !== 'call')",
      suites: ['missed-ticks.spec'],
    },
    {
      find: 'if (claim.instants) this.lookAgain(claim, (local.heldUntil?.getTime() ?? 0) - this.clock.now());',
      replace: '',
      suites: ['missed-ticks.spec'],
    },
  ],
  'an ask that outlives its run goes back': [
    {
      find: 'run.renewal.end(), () => run.attempt.endRun());',
      replace: 'run.renewal.end()).finally(() => run.attempt.endRun());',
      suites: LOCKS,
    },
  ],
  'a release that is repeated': [
    { find: 'this.releaser.hurry(name)', replace: 'false', suites: LOCKS },
    { find: 'lock.rowHeldFor()', replace: 'lock.timeLeft()', suites: LOCKS },
  ],
  'a replica that runs the task answers by itself, while it holds': [
    {
      find: 'if (!lock?.isHeld() || !this.settings.exclusive)',
      replace: 'if (!lock || !this.settings.exclusive)',
      suites: LOCKS,
    },
    { find: 'if (local) {', replace: 'if (false) {', suites: LOCKS },
  ],
  'the end of the application': [{ find: 'this.stopping.abort();', replace: '', suites: LOCKS }],
};
