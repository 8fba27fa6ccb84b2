// Runs inside the extension host, in front of the real test runner: copies what tests print to a file that codeShim shows.
const { appendFileSync } = require('node:fs');
const { format } = require('node:util');

/**
 * VS Code seals stdout and defines the console's functions as accessors, so each has to be defined anew.
 *
 * @param {string} output
 */
function mirrorConsole(output) {
  for (const name of /** @type {const} */ (['log', 'info', 'warn', 'error'])) {
    const original = console[name].bind(console);
    const value = (/** @type {unknown[]} */ ...parts) => {
      appendFileSync(output, format(...parts) + '\n');
      original(...parts);
    };
    Object.defineProperty(console, name, { configurable: true, writable: true, value });
  }
}

exports.run = async () => {
  // Failures then name lines of the suites instead of lines of their bundles.
  process.setSourceMapsEnabled(true);
  mirrorConsole(process.env['HOST_TEST_OUT'] ?? '/dev/null');
  const runner = require(process.env['HOST_REAL_TESTS'] ?? '');
  await runner.run();
};
