// Each entry breaks run-history.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'operating never costs a lock': [
    {
      find: '      return nextDue?.(startedAt.getTime() + this.clock.monotonic() - sentAt.monotonic, lastTick);\n    } catch (error) {\n',
      replace:
        '      return nextDue?.(startedAt.getTime() + this.clock.monotonic() - sentAt.monotonic, lastTick);\n    } catch (error) {\n      throw error;\n',
      suites: ['run-history.spec'],
      scenario: 'is left out where its schedule cannot say, which costs no release',
    },
    {
      find: '    } catch (problem) {\n',
      replace: '    } catch (problem) {\n      throw problem;\n',
      suites: ['run-history.spec'],
      scenario: 'is not kept where redactError throws',
    },
    {
      find: 'if (this.isRecording) return;',
      replace: '',
      suites: ['run-history.spec'],
      scenario: 'keeps no winner waiting, and takes one connection, however many there are',
    },
    {
      find: 'if (now < this.quietUntil) return;',
      replace: '',
      suites: ['run-history.spec'],
      scenario: 'that cannot be recorded costs no claim, and is one line a minute',
    },
  ],
  'the history says what ran': [
    {
      find: 'const tick = hadTick ? lastTick : undefined;',
      replace: 'const tick = lastTick;',
      suites: ['run-history.spec'],
      scenario: 'is recorded by the winner; begun by call',
    },
    {
      find: 'this.nextDueOf(claim, lock, tick ?? previousTick)',
      replace: 'this.nextDueOf(claim, lock, tick)',
      suites: ['run-history.spec'],
      scenario: 'is computed once, at the release, from this tick, or for a call from the last one',
    },
    {
      find: 'startedAt.getTime() + this.clock.monotonic() - sentAt.monotonic',
      replace: 'this.clock.now()',
      suites: ['run-history.spec'],
      scenario: "is computed by the store's clock: that of a replica may be wrong by hours",
    },
    {
      find: ' || leftOpen',
      replace: '',
      suites: ['run-history.spec'],
      scenario: 'is not one that a shutdown left to be recovered',
    },
    {
      find: 'if (!redactError || error === undefined) return error;',
      replace: 'return error;',
      suites: ['run-history.spec'],
      scenario: 'is kept as it is, unless the application redacts it',
    },
  ],
};
