// mocha's spec reporter, which also leaves its counts in the file that TEST_COUNTS names.
const { writeFileSync } = require('node:fs');
const mocha = require('mocha');

module.exports = class CountingReporter extends mocha.reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const file = process.env['TEST_COUNTS'];
    runner.once('end', () => {
      if (file === undefined) return;
      const { passes: passed = 0, failures: failed = 0, pending: skipped = 0 } = this.stats ?? {};
      writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
    });
  }
};
