// Each entry breaks statement-runner.ts at one place, and its scenario must fail then: see test/mutants/mutants.mjs.
module.exports = {
  'what may have been won goes back': [
    {
      find: 'sent && !isWithoutEffect(error)',
      replace: 'false',
      suites: ['statement-runner.spec'],
      scenario: 'what failed after the statement was sent',
    },
    {
      find: '          hangUp(client);\n        });',
      replace: '        });',
      suites: ['dead-connections.spec'],
      scenario: 'at a claim of which no ask is answered leaves no ghost that holds the lock',
    },
  ],
  'what was not sent can be repeated': [
    {
      find: 'sent && isRefusedForGood(error)',
      replace: 'isRefusedForGood(error)',
      suites: ['statement-runner.spec'],
      scenario: 'can be repeated, and was not sent: a code that means a refusal after the sending',
    },
    {
      find: '      throw new LockStoreUnavailableError(messageOf(error), false, { cause: error });',
      replace: '      throw error;',
      suites: ['statement-runner.spec'],
      scenario:
        'a store whose data source is not there yet can be asked again: the schema of its table is that of the data source',
    },
    {
      find: 'await within(this.clock, timeout, taking)',
      replace: 'await taking',
      suites: ['statement-runner.spec'],
      scenario:
        'what waits for a connection for too long gives up without having sent anything, and a connection that comes later goes back',
    },
    {
      find: '(late) => late.release(),',
      replace: '() => undefined,',
      suites: ['statement-runner.spec'],
      scenario:
        'what waits for a connection for too long gives up without having sent anything, and a connection that comes later goes back',
    },
    {
      find: 'takeConnection(this.source())',
      replace: 'takeConnection((this.cached ??= this.source()))',
      suites: ['statement-runner.spec'],
      scenario: 'a data source that was replaced is the one that is asked',
    },
  ],
  'prepared statements behind poolers, and of tables that change': [
    {
      find: 'if (!isLost && !mayBeOutdatedPlan(error)) throw error;',
      replace: 'throw error;',
      suites: ['statements.spec'],
      scenario: 'are prepared anew when a pooler has lost one, and no run is lost to it',
    },
    {
      find: 'const isLost = isNameLost(error);',
      replace: 'const isLost = false;',
      suites: ['statement-runner.spec'],
      scenario: 'whose name is lost again and again is sent without one, and one line says so',
    },
    {
      find: '!isLost && !mayBeOutdatedPlan(error)',
      replace: '!isLost',
      suites: ['statements.spec'],
      scenario:
        'are planned anew when the type of a column changes, on every connection, and no claim is skipped',
    },
    {
      find: 'this.names.replace(name, used, isLost);',
      replace: '',
      suites: ['statement-runner.spec'],
      scenario: 'whose plan is outdated is planned anew, and goes on with another name',
    },
  ],
  'a statement is parsed and described once a connection': [
    {
      find: 'this.prepared.takes(client)',
      replace: 'this.prepared.takes(client) && false',
      suites: ['prepared-query.spec'],
      scenario: 'send what is prepared without asking for its columns again',
    },
  ],
  'privileges are checked at start-up': [
    {
      find: "text: 'ROLLBACK'",
      replace: "text: 'COMMIT'",
      suites: ['start-up-access.spec'],
      scenario:
        'on the table of requests, that lets the role insert and see rows only, stops the start, and leaves none',
    },
  ],
  'operating never costs a lock': [
    {
      find: 'if (statement.doubt) cancelOnServer(client);',
      replace: '',
      suites: ['operating-costs-no-lock.spec'],
      scenario: 'task_lock_run is slow once it is written',
    },
    {
      find: ' && !isOver',
      replace: '',
      suites: ['operating-fallback.spec'],
      scenario: 'a probe that fails after the answer changes nothing',
    },
    {
      find: 'this.connect(timeout)',
      replace: 'this.connect()',
      suites: ['operating-fallback.spec'],
      scenario: 'where no connection is free for the probe, the statement gives up its own after two seconds',
    },
  ],
};
