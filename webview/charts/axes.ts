import { formatByteRate, formatBytes, formatCount, formatDuration } from '../../src/core/format';
import { DEPTH_CAP } from '../../src/core/facts';

/** `dayDepth` and `dayLatency` are of drains, as the primary has them; `latency` is of checks. */
export type ChartKind = 'lag' | 'bytes' | 'depth' | 'wal' | 'latency' | 'dayDepth' | 'dayLatency';

/** Whether a chart shows times: lags and latencies. */
export function isTime(kind: ChartKind): boolean {
  return kind === 'lag' || kind === 'latency' || kind === 'dayLatency';
}

export interface Axis {
  readonly isLog: boolean;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

const KB = 1024;

/** Axis that holds `worst`; the same for all ordinary values, so that lines do not jump between polls. */
export function axisFor(kind: ChartKind, worst: number | null): Axis {
  const top = worst ?? 0;
  if (isTime(kind)) {
    const high = top > 100_000 ? 10_000_000 : 100_000;
    const ticks = high > 100_000 ? [1, 1_000, 60_000, 3_600_000] : [1, 100, 10_000];
    return { isLog: true, low: 1, high, ticks };
  }
  if (kind === 'bytes') {
    const ticks = [KB, KB ** 2, KB ** 3];
    if (top <= KB ** 3) return { isLog: true, low: KB, high: KB ** 3, ticks };
    if (top <= KB ** 3.5) return { isLog: true, low: KB, high: KB ** 3.5, ticks };
    return { isLog: true, low: KB, high: KB ** 4, ticks: [...ticks, KB ** 4] };
  }
  if (kind === 'wal') {
    const unit = top > KB ** 3 ? KB ** 3 : top > KB ** 2 ? KB ** 2 : KB;
    const high = roundUp(Math.max(10, (top / unit) * 1.1)) * unit;
    return { isLog: false, low: 0, high, ticks: [0, high / 2, high] };
  }
  const high = roundUp(Math.max(20, top * 1.1));
  return { isLog: false, low: 0, high, ticks: [0, high / 2, high] };
}

/** Place of a value on the axis, 0 at the bottom and 1 at the top; beyond it stays at the edge. */
export function placeOn(axis: Axis, value: number): number {
  const held = Math.min(axis.high, Math.max(axis.low, value));
  if (!axis.isLog) return (held - axis.low) / (axis.high - axis.low);
  return Math.log(held / axis.low) / Math.log(axis.high / axis.low);
}

export function spellValue(kind: ChartKind, value: number): string {
  if (isTime(kind)) return value === 0 ? '0\u00a0ms' : formatDuration(value, 'fine');
  if (kind === 'bytes') return formatBytes(value);
  if (kind === 'wal') return formatByteRate(value);
  return formatCount(Math.round(value), DEPTH_CAP);
}

/** A round value beside the axis: `1 MB`, where a reading would be `1.0 MB`. */
export function spellTick(kind: ChartKind, value: number): string {
  return spellValue(kind, value).replace('.0', '');
}

/** The next 2, 5 or 10 times a power of ten, so that half of it is round too. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [2, 4, 5, 10].find((candidate) => candidate * power >= value) ?? 10;
  return factor * power;
}
