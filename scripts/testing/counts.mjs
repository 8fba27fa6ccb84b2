// What a run came to: tests that passed, failed and were skipped.

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * The counts of one suite. A suite that ended badly or ran nothing counts as one failure at least.
 *
 * @param {string | null} text what its reporter left, null when it left nothing
 * @param {boolean} endedWell whether its process ended with 0 in time
 * @returns {Counts}
 */
export function readCounts(text, endedWell) {
  const counts = parseCounts(text) ?? { passed: 0, failed: 0, skipped: 0 };
  const brokeOff = !endedWell && counts.failed === 0;
  const ranNothing = counts.passed + counts.failed === 0;
  return brokeOff || ranNothing ? { ...counts, failed: counts.failed + 1 } : counts;
}

/**
 * @param {readonly Counts[]} all
 * @returns {Counts}
 */
export function sumCounts(all) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of all) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return sum;
}

/**
 * @param {Counts} counts
 * @returns {string} such as "120 passed, 0 failed"; skipped tests only when there are some
 */
export function closingLine({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/**
 * What failed in one suite, a line each, so that the end of a long run says it again.
 *
 * @param {string | null} text what its reporter left, null when it left nothing
 * @returns {readonly string[]}
 */
export function readFailures(text) {
  if (text === null) return [];
  try {
    const { failures } = JSON.parse(text);
    return Array.isArray(failures) ? failures.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}

/**
 * @param {string | null} text
 * @returns {Counts | null}
 */
function parseCounts(text) {
  if (text === null) return null;
  try {
    const { passed, failed, skipped } = JSON.parse(text);
    const numbers = [passed, failed, skipped];
    return numbers.every((value) => Number.isInteger(value) && value >= 0)
      ? { passed, failed, skipped }
      : null;
  } catch {
    return null;
  }
}
