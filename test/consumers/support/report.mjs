/**
 * One thing that was found to work, or not to.
 *
 * @typedef {{ title: string, passed: boolean }} Check
 */

// A line of TAP (`ok 3 - title`), which Node's test runner and vitest print, or of jest (`✓ title (3 ms)`).
const CHECK =
  /^\s*(?:(?<tap>ok|not ok) \d+ - (?<tapTitle>.+?)|(?<tick>[✓✕]) (?<tickTitle>.+?))(?: # time=\S+)?(?: \(\d+ m?s\))?$/;

/**
 * The checks that a step's output tells of. A step that tells of none is one check itself, and so is one that failed
 * without saying which: a suite that did not even start.
 *
 * @param {string} title of the step
 * @param {{ succeeded: boolean, output: string }} result
 * @returns {Check[]}
 */
export function checksOf(title, { succeeded, output }) {
  /** @type {Check[]} */
  const checks = [];
  for (const line of output.split('\n')) {
    const groups = CHECK.exec(line)?.groups;
    if (!groups || line.includes('# SKIP')) continue;
    // vitest prints the file and the groups of a test before its title.
    const own = (groups['tapTitle'] ?? groups['tickTitle'] ?? '').split(' > ').at(-1);
    checks.push({
      title: `${title}: ${own}`,
      passed: groups['tap'] === 'ok' || groups['tick'] === '✓',
    });
  }
  const saidSo = checks.length > 0 && succeeded === checks.every(({ passed }) => passed);
  return saidSo ? checks : [...checks, { title, passed: succeeded && checks.length === 0 }];
}

/** Prints one line a check, and counts them. */
export class Report {
  passed = 0;
  failed = 0;

  /**
   * @param {string} about
   * @param {string} title
   * @param {{ succeeded: boolean, output: string }} result
   * @returns {boolean} whether all of it passed
   */
  add(about, title, result) {
    const checks = checksOf(title, result);
    for (const check of checks) {
      console.log(`${check.passed ? 'ok    ' : 'FAILED'} ${about}: ${check.title}`);
      check.passed ? this.passed++ : this.failed++;
    }
    if (checks.every(({ passed }) => passed)) return true;
    console.log(`------ output of "${title}" in ${about}\n${result.output.trimEnd()}\n------`);
    return false;
  }
}
