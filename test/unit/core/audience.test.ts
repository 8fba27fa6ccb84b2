import assert from 'node:assert/strict';
import { pollIntervalMs } from '../../../src/core/audience';
import type { Audience } from '../../../src/core/ports/topologyMonitor';

const SECOND = 1_000;
const nobody: Audience = {
  explorer: false,
  dashboard: false,
  statusBar: false,
  isWindowFocused: true,
};

describe('audience', () => {
  /** who looks, focused, seconds without focus, in background → seconds between polls */
  const rows: readonly (readonly [string, boolean, number, boolean, number | null])[] = [
    ['', true, 0, false, null],
    ['', true, 0, true, null],
    ['explorer', true, 0, false, 5],
    ['dashboard', true, 0, false, 5],
    ['statusBar', true, 0, false, 15],
    ['explorer statusBar', true, 0, false, 5],
    ['dashboard statusBar', true, 0, false, 5],
    ['explorer', false, 59, false, 5],
    ['explorer', false, 60, false, null],
    ['statusBar', false, 59, false, 15],
    ['statusBar', false, 60, false, null],
    ['explorer statusBar', false, 3_600, false, null],
    ['dashboard', false, 3_600, false, 5],
    ['dashboard explorer statusBar', false, 3_600, false, 5],
    ['explorer', false, 3_600, true, 5],
    ['statusBar', false, 3_600, true, 15],
    ['', false, 3_600, true, null],
  ];
  for (const [who, isWindowFocused, unfocusedS, inBackground, expectedS] of rows) {
    const focus = isWindowFocused ? 'focused' : `${unfocusedS} s without focus`;
    const setting = inBackground ? ', in the background too' : '';
    it(`${who || 'nobody'}, ${focus}${setting}: ${expectedS ?? 'paused'}`, () => {
      const shown = Object.fromEntries(
        who.split(' ').flatMap((part) => (part === '' ? [] : [[part, true] as const])),
      );
      const interval = pollIntervalMs(
        { ...nobody, ...shown, isWindowFocused },
        { intervalMs: 5 * SECOND, inBackground },
        unfocusedS * SECOND,
      );
      assert.equal(interval, expectedS === null ? null : expectedS * SECOND);
    });
  }

  it('does not count time without focus that lies in the past', () => {
    const settings = { intervalMs: 5 * SECOND, inBackground: false };
    assert.equal(pollIntervalMs({ ...nobody, explorer: true }, settings, 3_600 * SECOND), 5_000);
  });
});
