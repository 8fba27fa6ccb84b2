/**
 * The one number formatter: tree, status bar, dashboard, tooltips and messages all say numbers through it.
 * A non-breaking space stands between a number and its unit. Nothing here turns `null` into a number: it becomes a word.
 */
import { say, sayWord } from './say';

const NBSP = '\u00a0';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

export const UNKNOWN = say`unknown`;

type Unit = 'ms' | 's' | 'min' | 'h' | 'd' | (typeof BYTE_UNITS)[number];

/** A number, already rounded and written, with its unit: what short text and spoken words are both made from. */
interface Part {
  readonly number: string;
  readonly unit: Unit;
}

/** One and several. */
const SPOKEN: Readonly<Record<Unit, readonly [string, string]>> = {
  ms: [say`millisecond`, say`milliseconds`],
  s: [say`second`, say`seconds`],
  min: [say`minute`, say`minutes`],
  h: [say`hour`, say`hours`],
  d: [say`day`, say`days`],
  B: [say`byte`, say`bytes`],
  kB: [say`kilobyte`, say`kilobytes`],
  MB: [say`megabyte`, say`megabytes`],
  GB: [say`gigabyte`, say`gigabytes`],
  TB: [say`terabyte`, say`terabytes`],
  PB: [say`petabyte`, say`petabytes`],
};

/** `coarse` for tree and status bar (minutes alone), `fine` for tooltips and the dashboard (minutes with seconds). */
export type Precision = 'coarse' | 'fine';

/**
 * Says how long: `180 ms`, `3.2 s`, `4 min` (fine: `4 min 8 s`), `2 h 6 min`, `14 h`, `3 d 4 h`.
 * @param ms ≥ 0. 0 gives `0 ms`, so pass it only where zero was measured; more than 0 and less than 1 gives `< 1 ms`.
 */
export function formatDuration(ms: number, precision: Precision = 'coarse'): string {
  if (ms > 0 && ms < 1) return `<${NBSP}1${NBSP}ms`;
  return writeShort(durationParts(ms, precision));
}

/** The same duration for a screen reader: `12 milliseconds`, `8.4 seconds`, `4 minutes`. */
export function speakDuration(ms: number, precision: Precision = 'coarse'): string {
  if (ms > 0 && ms < 1) return say`less than 1 millisecond`;
  return writeSpoken(durationParts(ms, precision));
}

/** A duration that was cut off by a limit, never measured: `more than 10 s`. */
export function formatMoreThan(limitMs: number): string {
  return say`more than ${formatDuration(limitMs, 'fine')}`;
}

/** Says a size as Postgres does, 1024-based: `640 B`, `14 kB`, `3.2 MB`, `9.1 GB`. */
export function formatBytes(bytes: number): string {
  return writeShort([bytesPart(bytes)]);
}

/** The same size for a screen reader: `3.2 megabytes`. */
export function speakBytes(bytes: number): string {
  return writeSpoken([bytesPart(bytes)]);
}

/** A size that is only a lower bound, because its source is cut off: `at least 14 MB`. */
export function formatAtLeastBytes(bytes: number): string {
  return say`at least ${formatBytes(bytes)}`;
}

/** `1.2 MB/s` */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** Change of a count in a minute, with its sign: `+29/min`, `−4/min`, `0/min`. */
export function formatCountRate(perMinute: number): string {
  const rounded = Math.round(perMinute);
  const sign = rounded > 0 ? '+' : rounded < 0 ? '−' : '';
  return `${sign}${formatCount(Math.abs(rounded))}/min`;
}

/**
 * A count with groups of three: `412`, `12,480`.
 * @param cap counting stopped at this number, so from it on the text is `> 10,000`.
 */
export function formatCount(count: number, cap: number | null = null): string {
  if (cap !== null && count >= cap) return `>${NBSP}${group(cap - 1)}`;
  return group(count);
}

/**
 * `1 table`, `3 tables`; the plural adds an s unless given.
 * @param cap as of `formatCount`
 */
export function formatCounted(
  count: number,
  singular: string,
  plural = `${singular}s`,
  cap: number | null = null,
): string {
  return `${formatCount(count, cap)} ${sayWord(count === 1 ? singular : plural)}`;
}

/** A part always names its whole: `3 of 4 replicas`. */
export function formatPart(part: number, whole: number, noun = ''): string {
  const text = say`${formatCount(part)} of ${formatCount(whole)}`;
  return noun === '' ? text : `${text} ${sayWord(noun)}`;
}

/** A share of a limit: `91 % of 10 GB`. Rounded down, so a limit that is not reached never reads 100 %. */
export function formatShareOfBytes(bytes: number, limitBytes: number): string {
  const percent = limitBytes > 0 ? Math.floor((bytes / limitBytes) * 100) : 100;
  return say`${percent}${NBSP}% of ${formatBytes(limitBytes)}`;
}

/** Used and limit of one unit: `9.1 of 10 GB`; the unit of the used part is said where it differs: `640 MB of 10 GB`. */
export function formatBytesOf(bytes: number, limitBytes: number): string {
  const used = bytesPart(bytes);
  const limit = bytesPart(limitBytes);
  const left = used.unit === limit.unit ? used.number : writeShort([used]);
  return say`${left} of ${withoutZeroDecimal(limit)}`;
}

/**
 * When something was read: `1 s ago`, `2 min ago`.
 * @param style `tree` says `now` below 5 s, so that rows stay still.
 */
export function formatAgo(atMs: number, nowMs: number, style: 'tree' | 'exact' = 'exact'): string {
  const ageMs = Math.max(0, nowMs - atMs);
  if (style === 'tree' && ageMs < 5 * SECOND) return say`now`;
  return say`${formatDuration(wholeSeconds(ageMs), 'coarse')} ago`;
}

/** How long something lasts already: `for 12 s`; older than 2 hours the clock, `since 14:06`; older than a day the date, `since 19 Nov`. */
export function formatLasting(sinceMs: number, nowMs: number): string {
  const ageMs = Math.max(0, nowMs - sinceMs);
  if (ageMs > DAY) return say`since ${formatDate(sinceMs)}`;
  if (ageMs > 2 * HOUR) return say`since ${formatClock(sinceMs, 'minutes')}`;
  return say`for ${formatDuration(wholeSeconds(ageMs), 'coarse')}`;
}

/** Clock of this machine: `14:06`, or `14:27:57`. */
export function formatClock(atMs: number, precision: 'minutes' | 'seconds' = 'seconds'): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return precision === 'minutes' ? minutes : `${minutes}:${two(date.getSeconds())}`;
}

/** Date of this machine, for what is kept: `2026-11-19`. */
export function formatDay(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `19 Nov` */
export function formatDate(atMs: number): string {
  const date = new Date(atMs);
  const month = MONTHS[date.getMonth()] ?? '';
  return `${date.getDate()}${NBSP}${month}`;
}

/**
 * How long until a limit is reached: `about 13 min`, rounded down. Beyond 48 hours, and while the reader keeps up (`Infinity`), `steady`.
 * @param ms `null` until the rate was seen for a minute: `unknown`.
 */
export function formatEstimate(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms > 48 * HOUR) return say`steady`;
  return say`about ${writeShort(durationParts(roundDown(ms), 'coarse'))}`;
}

/** Time before size: `12 ms · 14 kB`. What is `null` is left out; `unknown` when both are. */
export function formatMeasure(lagMs: number | null, lagBytes: number | null): string {
  const parts = [
    ...(lagMs === null ? [] : [formatDuration(lagMs, 'fine')]),
    ...(lagBytes === null ? [] : [formatBytes(lagBytes)]),
  ];
  return parts.length === 0 ? UNKNOWN : parts.join(' · ');
}

const UNIT_PAIR = /(<\u00a0)?(\d[\d,.]*)\u00a0(ms|s|min|h|d|B|kB|MB|GB|TB|PB)(\/s)?(?![\p{L}\d])/gu;

/** Turns finished text into words for a screen reader: units are spelled out, `·` becomes a pause. */
export function speak(text: string): string {
  return text
    .replace(
      UNIT_PAIR,
      (_, less: string | undefined, number: string, unit: Unit, rate?: string) => {
        const words = writeSpoken([{ number, unit }]);
        return `${less === undefined ? '' : say`less than `}${words}${rate === undefined ? '' : say` a second`}`;
      },
    )
    .replaceAll(' · ', ', ')
    .replace(/\s+/gu, ' ');
}

const MONTHS = [
  say`Jan`,
  say`Feb`,
  say`Mar`,
  say`Apr`,
  say`May`,
  say`Jun`,
  say`Jul`,
  say`Aug`,
  say`Sep`,
  say`Oct`,
  say`Nov`,
  say`Dec`,
];

function durationParts(ms: number, precision: Precision): readonly Part[] {
  if (ms === 0) return [{ number: '0', unit: 'ms' }];
  // 59.6 s would be written as 60 s, so the step to minutes is where rounding reaches it.
  if (ms < 999.5) return [{ number: twoFigures(ms), unit: 'ms' }];
  if (ms < 59.5 * SECOND) return [{ number: twoFigures(ms / SECOND), unit: 's' }];
  const whole = Math.max(ms, MINUTE);
  if (whole < HOUR) {
    const seconds = Math.floor((whole % MINUTE) / SECOND);
    return pair(whole / MINUTE, 'min', precision === 'fine' ? seconds : 0, 's');
  }
  if (whole < DAY) {
    return pair(whole / HOUR, 'h', whole < 10 * HOUR ? (whole % HOUR) / MINUTE : 0, 'min');
  }
  return pair(whole / DAY, 'd', whole < 10 * DAY ? (whole % DAY) / HOUR : 0, 'h');
}

function pair(large: number, largeUnit: Unit, small: number, smallUnit: Unit): readonly Part[] {
  const first: Part = { number: group(Math.floor(large)), unit: largeUnit };
  const rest = Math.floor(small);
  return rest === 0 ? [first] : [first, { number: String(rest), unit: smallUnit }];
}

/** Two significant figures, but never fewer digits than the whole part has: 3.24 → 3.2, 41.3 → 41, 184 → 180. */
function twoFigures(value: number): string {
  if (value < 9.95) return value.toFixed(1).replace(/\.0$/, '');
  if (value < 99.5) return String(Math.round(value));
  return String(Math.min(990, Math.round(value / 10) * 10));
}

/** Ages and lasting times are told in whole seconds: a tenth of a second of age means nothing. */
function wholeSeconds(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND || SECOND;
}

function roundDown(ms: number): number {
  const step = ms >= MINUTE ? MINUTE : SECOND;
  return Math.floor(ms / step) * step || SECOND;
}

function bytesPart(bytes: number): Part {
  let value = bytes;
  let index = 0;
  // 1,023.6 kB would be written as 1,024 kB, so the next unit starts where rounding reaches it.
  while (index < BYTE_UNITS.length - 1 && value >= (index === 0 ? 1024 : 1023.5)) {
    value /= 1024;
    index += 1;
  }
  const unit = BYTE_UNITS[index] ?? 'B';
  const number = index > 0 && value < 9.95 ? value.toFixed(1) : group(Math.round(value));
  return { number, unit };
}

function withoutZeroDecimal(part: Part): string {
  return writeShort([{ ...part, number: part.number.replace(/\.0$/, '') }]);
}

function group(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function writeShort(parts: readonly Part[]): string {
  return parts.map((part) => `${part.number}${NBSP}${part.unit}`).join(' ');
}

function writeSpoken(parts: readonly Part[]): string {
  return parts
    .map(({ number, unit }) => `${number} ${SPOKEN[unit][number === '1' ? 0 : 1]}`)
    .join(' ');
}
