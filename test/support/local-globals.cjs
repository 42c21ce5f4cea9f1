// In Jest's module contexts each look-up of a global is slow, and luxon looks up thousands for one cron tick. A copy
// in the module makes it several times as fast. `Date` and the timers are left out: tests replace them.
const GLOBALS = [
  'Array',
  'Error',
  'Map',
  'Math',
  'Number',
  'Object',
  'String',
  'Symbol',
  'isNaN',
  'parseInt',
];

module.exports = {
  process: (source) => ({ code: `const { ${GLOBALS.join(', ')} } = globalThis;${source}` }),
};
