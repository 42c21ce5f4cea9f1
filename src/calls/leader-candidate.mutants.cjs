// Each entry breaks leader-candidate.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'a hand-over': [
    {
      find: 'await this.settled(reason, [elected, deposed]);',
      replace: 'void this.settled(reason, [elected, deposed]);',
      suites: ['unit/leader.spec'],
      scenario: 'keeps the lock until its work has settled, so that the next leader does not begin beside it',
    },
    {
      find: 'await this.settled(reason, [elected, deposed]);',
      replace: 'await this.settled(reason, [deposed]);',
      suites: ['unit/leader.spec'],
      scenario: 'does not lead again here before its old work has settled',
    },
    {
      find: "    if (this.ending) {\n      await locks.release(lock, 'returned');\n      return undefined;\n    }\n",
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'while its claim is on its way gives the lock back unused',
    },
    {
      find: 'if (!enclosingRun(({ run }) => run === this.run)) await',
      replace: 'await',
      suites: ['unit/leader.spec'],
      scenario: 'from inside its own work does not wait for itself',
    },
    {
      find: '    this.run?.handOver(this.ending);\n',
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'hands over at once: another leads with a greater fence, and it stands in no other election',
    },
  ],
  'a candidate': [
    {
      find: 'polls = POLLS_LEFT_OUT',
      replace: 'polls = 1',
      suites: ['unit/leader.spec'],
      scenario: 'is tried again, and not in a loop that keeps the process busy',
    },
    {
      find: "else if (claimed.reason === 'stopping') return;",
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'after a shutdown nobody stands in an election',
    },
    {
      find: 'if (isAbortion(error, run.signal)) return;',
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'because its signal aborted has not failed',
    },
    {
      find: "      run.handOver('failed');\n",
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'is logged, and lets another candidate lead',
    },
    {
      find: 'if (!isHandedOver) failure ??= thrownText(run.signal.reason);',
      replace: '',
      suites: ['unit/leader.spec'],
      scenario: 'deposes a leader by a cancel, and another is elected',
    },
  ],
};
