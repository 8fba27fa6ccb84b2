import { createHash } from 'node:crypto';
import { HISTORY_MEASURES, type HistoryMeasure, type HistoryPause } from '../core/history';
import type { SavedHistory, SavedSeries } from '../core/ports/historyArchive';

/** First bytes of a kept history; the last is the version of its form. */
const MAGIC = new Uint8Array([0x50, 0x47, 0x54, 0x48, 1]);
const SUM_BYTES = 32;
/** Magic, check sum, length of the head. */
const FRONT_BYTES = MAGIC.length + SUM_BYTES + 4;
/** A larger file is not written, and not read. */
export const HISTORY_LIMIT_BYTES = 8 * 1024 * 1024;
/** Where all does not fit: so many minutes, with the readings of the last fifteen or without. */
const PLANS = [
  { minutes: 1_441, hasRecent: true },
  { minutes: 720, hasRecent: true },
  { minutes: 360, hasRecent: true },
  { minutes: 360, hasRecent: false },
  { minutes: 60, hasRecent: false },
] as const;

interface HeadSeries {
  readonly id: string;
  readonly measures: readonly HistoryMeasure[];
  readonly recent: number;
  readonly firstMinute: number;
  readonly minutes: number;
}

interface Head {
  readonly topologyId: string;
  readonly savedAtMs: number;
  readonly pauses: readonly HistoryPause[];
  readonly series: readonly HeadSeries[];
}

/**
 * A history as bytes: a head in JSON, then the numbers of each series, all after a check sum.
 * @returns `null` when not even the last hour fits.
 */
export function encodeHistory(history: SavedHistory): Uint8Array | null {
  for (const { minutes, hasRecent } of PLANS) {
    const series = [...history.series].map(
      ([id, past]) => [id, cut(past, minutes, hasRecent)] as const,
    );
    const size = series.reduce((sum, [, past]) => sum + sizeOf(past), 0);
    if (size > HISTORY_LIMIT_BYTES) continue;
    const bytes = encode(history, series);
    if (bytes.length <= HISTORY_LIMIT_BYTES) return bytes;
  }
  return null;
}

/** @throws with what is wrong, for anything that `encodeHistory` did not make */
export function decodeHistory(bytes: Uint8Array): SavedHistory {
  if (bytes.length < FRONT_BYTES || bytes.length > HISTORY_LIMIT_BYTES) throw new Error('its size');
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) throw new Error('another kind of file');
  const sum = bytes.subarray(MAGIC.length, MAGIC.length + SUM_BYTES);
  // A copy with a memory of its own: what the file system gives may be a part of a larger one.
  const content = new Uint8Array(bytes.subarray(MAGIC.length + SUM_BYTES));
  if (!sumOf(content).every((byte, at) => sum[at] === byte)) throw new Error('its check sum');
  const headLength = new DataView(content.buffer).getUint32(0, true);
  const head: unknown = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + headLength)));
  if (!isHead(head)) throw new Error('its head');
  let at = 4 + headLength;
  const take = (length: number): ArrayBuffer => {
    const part = content.slice(at, at + length).buffer;
    if (part.byteLength !== length) throw new Error('its length');
    at += length;
    return part;
  };
  const series = new Map<string, SavedSeries>();
  for (const { id, measures, recent, firstMinute, minutes } of head.series) {
    const recentAtMs = new Float64Array(take(8 * recent));
    const columns = measures.map(() => new Float32Array(take(4 * recent)));
    const worst = measures.map(() => new Float32Array(take(4 * minutes)));
    series.set(id, { measures, recentAtMs, recent: columns, firstMinute, minutes: worst });
  }
  if (at !== content.length) throw new Error('its length');
  const { topologyId, savedAtMs, pauses } = head;
  return { topologyId, savedAtMs, pauses, series };
}

function encode(
  { topologyId, savedAtMs, pauses }: SavedHistory,
  series: readonly (readonly [string, SavedSeries])[],
): Uint8Array {
  const head: Head = {
    topologyId,
    savedAtMs,
    pauses,
    series: series.map(([id, past]) => ({
      id,
      measures: past.measures,
      recent: past.recentAtMs.length,
      firstMinute: past.firstMinute,
      minutes: past.minutes[0]?.length ?? 0,
    })),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(new Uint32Array([text.length]).buffer);
  const columns = series.flatMap(([, past]) => [past.recentAtMs, ...past.recent, ...past.minutes]);
  const numbers = columns.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const content = concat([length, text, ...numbers]);
  return concat([MAGIC, sumOf(content), content]);
}

function sizeOf({ recentAtMs, recent, minutes }: SavedSeries): number {
  return [recentAtMs, ...recent, ...minutes].reduce((sum, part) => sum + part.byteLength, 0);
}

function cut(past: SavedSeries, minutes: number, hasRecent: boolean): SavedSeries {
  const drop = Math.max(0, (past.minutes[0]?.length ?? 0) - minutes);
  return {
    measures: past.measures,
    recentAtMs: hasRecent ? past.recentAtMs : new Float64Array(0),
    recent: past.recent.map((column) => (hasRecent ? column : new Float32Array(0))),
    firstMinute: past.firstMinute + drop,
    minutes: past.minutes.map((column) => column.subarray(drop)),
  };
}

function sumOf(content: Uint8Array): Uint8Array {
  return createHash('sha256').update(content).digest();
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// With its check sum right, a head is one that some version of this extension wrote.
function isHead(value: unknown): value is Head {
  if (!isRecord(value)) return false;
  const { topologyId, savedAtMs, pauses, series } = value;
  return (
    typeof topologyId === 'string' &&
    Number.isFinite(savedAtMs) &&
    Array.isArray(pauses) &&
    pauses.every(isPause) &&
    Array.isArray(series) &&
    series.every(isHeadSeries)
  );
}

function isHeadSeries(value: unknown): value is HeadSeries {
  if (!isRecord(value) || typeof value['id'] !== 'string') return false;
  const { measures, recent, firstMinute, minutes } = value;
  const isKnown = (measure: unknown) => HISTORY_MEASURES.some((known) => known === measure);
  const isCount = (count: unknown) => Number.isSafeInteger(count) && Number(count) >= 0;
  return (
    Array.isArray(measures) &&
    measures.every(isKnown) &&
    [recent, firstMinute, minutes].every(isCount)
  );
}

function isPause(value: unknown): value is HistoryPause {
  if (!isRecord(value)) return false;
  return (
    Number.isFinite(value['fromMs']) && (value['toMs'] === null || Number.isFinite(value['toMs']))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
