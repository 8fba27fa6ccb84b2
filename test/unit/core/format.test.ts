import assert from 'node:assert/strict';
import {
  formatAgo,
  formatAtLeastBytes,
  formatByteRate,
  formatBytes,
  formatBytesOf,
  formatCount,
  formatCounted,
  formatCountRate,
  formatDuration,
  formatEstimate,
  formatLasting,
  formatMeasure,
  formatMoreThan,
  formatPart,
  formatShareOfBytes,
  speakBytes,
  speakDuration,
} from '../../../src/core/format';

/** Golden text is written with ordinary spaces; `·`, words and unit pairs keep theirs. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;

function table<T>(rows: readonly (readonly [T, string])[], write: (value: T) => string): void {
  for (const [value, expected] of rows) {
    assert.equal(plain(write(value)), expected, `of ${String(value)}`);
  }
}

describe('format: durations', () => {
  it('says two significant figures below a minute, then coarse units', () => {
    table(
      [
        [0, '0 ms'],
        [0.4, '< 1 ms'],
        [1, '1 ms'],
        [1.25, '1.3 ms'],
        [12, '12 ms'],
        [38.4, '38 ms'],
        [184, '180 ms'],
        [994, '990 ms'],
        [999, '990 ms'],
        [999.5, '1 s'],
        [1_800, '1.8 s'],
        [3_240, '3.2 s'],
        [9_960, '10 s'],
        [41_300, '41 s'],
        [59_499, '59 s'],
        [59_600, '1 min'],
        [4 * MINUTE + 8 * SECOND, '4 min'],
        [2 * HOUR + 6 * MINUTE, '2 h 6 min'],
        [3 * HOUR, '3 h'],
        [14 * HOUR + 50 * MINUTE, '14 h'],
        [3 * DAY + 4 * HOUR, '3 d 4 h'],
        [12 * DAY + 4 * HOUR, '12 d'],
      ],
      (ms) => formatDuration(ms),
    );
  });

  it('adds seconds to minutes where asked for the fine form', () => {
    assert.equal(plain(formatDuration(4 * MINUTE + 8 * SECOND, 'fine')), '4 min 8 s');
    assert.equal(plain(formatDuration(4 * MINUTE, 'fine')), '4 min');
    assert.equal(plain(formatDuration(2 * HOUR + 6 * MINUTE, 'fine')), '2 h 6 min');
  });

  it('puts a non-breaking space between number and unit only', () => {
    assert.equal(formatDuration(4 * MINUTE + 8 * SECOND, 'fine'), '4\u00a0min 8\u00a0s');
    assert.equal(formatDuration(0.5), '<\u00a01\u00a0ms');
    assert.equal(formatBytes(14 * KB), '14\u00a0kB');
  });

  it('never gives a number to what a limit cut off', () => {
    assert.equal(plain(formatMoreThan(10 * SECOND)), 'more than 10 s');
    assert.equal(plain(formatAtLeastBytes(14 * MB)), 'at least 14 MB');
  });

  it('speaks words to a screen reader', () => {
    table(
      [
        [0.2, 'less than 1 millisecond'],
        [1, '1 millisecond'],
        [12, '12 milliseconds'],
        [8_400, '8.4 seconds'],
        [3 * MINUTE, '3 minutes'],
        [2 * HOUR + MINUTE, '2 hours 1 minute'],
      ],
      (ms) => speakDuration(ms),
    );
    assert.equal(speakBytes(3.2 * MB), '3.2 megabytes');
    assert.equal(speakBytes(1), '1 byte');
  });
});

describe('format: sizes, rates and counts', () => {
  it('says sizes as Postgres spells them, one decimal below 10', () => {
    table(
      [
        [0, '0 B'],
        [9, '9 B'],
        [640, '640 B'],
        [1023, '1,023 B'],
        [KB, '1.0 kB'],
        [14 * KB, '14 kB'],
        [159 * KB, '159 kB'],
        [1023.4 * KB, '1,023 kB'],
        [1023.6 * KB, '1.0 MB'],
        [3.2 * MB, '3.2 MB'],
        [9.96 * MB, '10 MB'],
        [291 * MB, '291 MB'],
        [9.1 * GB, '9.1 GB'],
        [2048 * GB, '2.0 TB'],
      ],
      formatBytes,
    );
  });

  it('says rates', () => {
    assert.equal(plain(formatByteRate(1.2 * MB)), '1.2 MB/s');
    assert.equal(formatCountRate(29.4), '+29/min');
    assert.equal(formatCountRate(-4), '−4/min');
    assert.equal(formatCountRate(0.2), '0/min');
  });

  it('groups counts and says which were capped', () => {
    assert.equal(formatCount(3), '3');
    assert.equal(formatCount(9_999), '9,999');
    assert.equal(formatCount(12_480), '12,480');
    assert.equal(formatCount(1_234_567), '1,234,567');
    assert.equal(plain(formatCount(10_001, 10_001)), '> 10,000');
    assert.equal(formatCount(10_000, 10_001), '10,000');
    assert.equal(formatCounted(1, 'table'), '1 table');
    assert.equal(formatCounted(2, 'copy', 'copies'), '2 copies');
  });

  it('names the whole of every part', () => {
    assert.equal(formatPart(3, 4, 'replicas'), '3 of 4 replicas');
    assert.equal(formatPart(2, 7), '2 of 7');
    assert.equal(plain(formatShareOfBytes(Math.ceil(9.1 * GB), 10 * GB)), '91 % of 10 GB');
    assert.equal(plain(formatShareOfBytes(9.999 * GB, 10 * GB)), '99 % of 10 GB');
    assert.equal(plain(formatBytesOf(9.1 * GB, 10 * GB)), '9.1 of 10 GB');
    assert.equal(plain(formatBytesOf(640 * MB, 8 * GB)), '640 MB of 8 GB');
  });
});

describe('format: ages and estimates', () => {
  const now = new Date(2026, 10, 21, 14, 30, 0).getTime();

  it('says when something was read', () => {
    assert.equal(plain(formatAgo(now - 1_400, now)), '1 s ago');
    assert.equal(plain(formatAgo(now, now)), '1 s ago');
    assert.equal(plain(formatAgo(now + 500, now)), '1 s ago');
    assert.equal(plain(formatAgo(now - 2 * MINUTE - 9_000, now)), '2 min ago');
    assert.equal(formatAgo(now - 4_900, now, 'tree'), 'now');
    assert.equal(plain(formatAgo(now - 5_000, now, 'tree')), '5 s ago');
  });

  it('says how long something lasts, then the clock, then the date', () => {
    assert.equal(plain(formatLasting(now - 12_900, now)), 'for 12 s');
    assert.equal(plain(formatLasting(now - 2 * HOUR, now)), 'for 2 h');
    assert.equal(formatLasting(new Date(2026, 10, 21, 9, 6, 12).getTime(), now), 'since 09:06');
    assert.equal(plain(formatLasting(new Date(2026, 10, 19, 9, 6).getTime(), now)), 'since 19 Nov');
  });

  it('rounds estimates down and says when there is none', () => {
    assert.equal(plain(formatEstimate(13 * MINUTE + 59_000)), 'about 13 min');
    assert.equal(plain(formatEstimate(2 * HOUR + 18 * MINUTE + 1)), 'about 2 h 18 min');
    assert.equal(plain(formatEstimate(41_900)), 'about 41 s');
    assert.equal(formatEstimate(49 * HOUR), 'steady');
    assert.equal(formatEstimate(Infinity), 'steady');
    assert.equal(formatEstimate(null), 'unknown');
  });

  it('says time before size, and unknown rather than zero', () => {
    assert.equal(plain(formatMeasure(12, 14 * KB)), '12 ms · 14 kB');
    assert.equal(plain(formatMeasure(null, 14 * KB)), '14 kB');
    assert.equal(plain(formatMeasure(0, 0)), '0 ms · 0 B');
    assert.equal(formatMeasure(null, null), 'unknown');
  });
});
