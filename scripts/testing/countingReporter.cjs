// mocha's spec reporter, which also leaves its counts, and what failed, in the file that TEST_COUNTS names.
const { writeFileSync } = require('node:fs');
const { stripVTControlCharacters } = require('node:util');
const mocha = require('mocha');

module.exports = class CountingReporter extends mocha.reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env['TEST_COUNTS'];
    /** @type {string[]} */
    const failures = [];
    runner.on('fail', (test, error) => {
      const why = stripVTControlCharacters(String(error?.message ?? error));
      // Long enough for the log of a click, whose end says what was in its way.
      failures.push(`${test.fullTitle()}: ${why.replaceAll(/\s+/gu, ' ').slice(0, 2000)}`);
    });
    runner.once('end', () => {
      if (file === undefined) return;
      const { passes: passed = 0, failures: failed = 0, pending: skipped = 0 } = this.stats ?? {};
      writeFileSync(file, JSON.stringify({ passed, failed, skipped, failures }));
    });
  }
};
