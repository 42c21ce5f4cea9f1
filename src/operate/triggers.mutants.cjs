// Each entry breaks triggers.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'triggered runs': [
    {
      find: 'void this.outside(() => this.run({ ...trigger, key, id }, since));',
      replace: 'void this.run({ ...trigger, key, id }, since);',
      suites: ['unit/triggers.spec'],
      scenario: 'is no part of the context of whoever does not wait for it',
    },
    {
      find: 'if (!wait) {',
      replace: 'if (false) {',
      suites: ['unit/triggers.spec'],
      scenario: 'is answered at once where nobody waits for its end',
    },
    {
      find: 'this.store.addTrigger({ ...trigger, key, expiresIn }, replicaId)',
      replace: 'this.store.addTrigger({ ...trigger, expiresIn }, replicaId)',
      suites: ['unit/triggers.spec'],
      scenario: 'is written down with the key of its arguments',
    },
    {
      find: 'await within(this.clock, this.settings.timeout, written);',
      replace: 'await written;',
      suites: ['unit/triggers.spec'],
      scenario: 'its caller does not wait for the end of an outage',
    },
    {
      find: 'isSure ? undefined : run.start',
      replace: 'undefined',
      suites: ['unit/triggers.spec'],
      scenario: 'and its end left to the history',
    },
    {
      find: 'if (elapsedSince(this.clock, since) >= startsWithin) return false;',
      replace: '',
      suites: ['unit/triggers.spec'],
      scenario: 'never begins afterwards: it has been told as expired',
    },
    {
      find: 'answeredTrigger(id, await this.run({ ...trigger, key, id }, since), replicaId)',
      replace:
        'answeredTrigger(id, await this.run({ ...trigger, key, id }, instantOf(this.clock)), replicaId)',
      suites: ['unit/triggers.spec'],
      scenario: 'that is added late never begins',
    },
    {
      find: 'void this.run(each, since);',
      replace: 'void this.run(each, instantOf(this.clock));',
      suites: ['unit/triggers.spec'],
      scenario: 'that is taken late never begins',
    },
    {
      find: 'if (this.hasEnded || delay === Infinity) return;',
      replace: 'if (this.hasEnded) return;',
      suites: ['unit/triggers.spec'],
      scenario: 'is never looked for with operatorPolling: false',
    },
    {
      find: 'await this.writes.ended(this.clock, SHUTDOWN_GRACE);',
      replace: '',
      suites: ['unit/triggers.spec'],
      scenario: 'which waits for the answer of a run that it aborts',
    },
    {
      find: 'for (const each of taken) void this.run(each, since);',
      replace: 'for (const each of taken) await this.run(each, since);',
      suites: ['unit/triggers.spec'],
      scenario: 'does not keep others from being looked for while it runs',
    },
    {
      find: 'if (!mayPass || this.isClosed) {',
      replace: 'if (mayPass || this.isClosed) {',
      suites: ['unit/triggers.spec'],
      scenario: 'is answered after an outage',
    },
  ],
};
