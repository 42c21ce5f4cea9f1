// Each entry breaks event-hub.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'nothing is computed unheard': [
    {
      find: 'return this.isHeard() || CHANNELS[type].hasSubscribers;',
      replace: 'return (CHANNELS[type], true);',
      suites: ['unit/events.spec'],
      scenario: 'no event is made, and no missed tick is counted',
    },
    {
      find: ' || CHANNELS[type].hasSubscribers;',
      replace: ' || Object.values(CHANNELS).some(({ hasSubscribers }) => hasSubscribers);',
      suites: ['unit/events.spec'],
      scenario: 'only that one is made',
    },
  ],
  "a listener's error costs nothing": [
    {
      find: 'if (listens()) this.guard(() => heard(event));',
      replace: 'if (listens()) heard(event);',
      suites: ['unit/events.spec'],
      scenario: 'and throws disturbs no run and no other listener',
    },
    {
      find: 'if (types.isPromise(returned)) returned.catch((error: unknown) => this.complain(error));',
      replace: 'void [returned, types];',
      suites: ['unit/events.spec'],
      scenario: 'and rejects disturbs no run and no other listener',
    },
    {
      find: 'if (now < this.quietUntil) return;',
      replace: '',
      suites: ['unit/events.spec'],
      scenario: 'is logged once a minute at most',
    },
  ],
  'a listener that cannot enclose a run is left out': [
    {
      find: 'this.guard(() => void (call = enclose(run(), call)));',
      replace: 'call = enclose(run(), call);',
      suites: ['unit/events.spec'],
      scenario: 'is left out if it fails, and no other is',
    },
  ],
  'a listener without a use for events costs nothing': [
    {
      find: 'if (enclose && listens())',
      replace: 'if (enclose)',
      suites: ['unit/telemetry.spec'],
      scenario: 'no event is made, and nothing stands around a method',
    },
  ],
};
