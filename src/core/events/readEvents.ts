import type { Health } from '../snapshot';
import { EVENT_LIMIT } from './addEvent';
import type { EventKind, TopologyEvent } from './topologyEvent';

const KINDS: readonly EventKind[] = ['state', 'change', 'drain', 'check'];
const HEALTHS: readonly Health[] = ['healthy', 'busy', 'warning', 'error', 'unknown'];
const MAX_TEXT = 2_000;

/** Takes back events that were kept: another version of this extension may have kept something else. @returns what are events */
export function readEvents(value: unknown): readonly TopologyEvent[] {
  return Array.isArray(value) ? value.slice(-EVENT_LIMIT).flatMap(readEvent) : [];
}

function readEvent(value: unknown): readonly TopologyEvent[] {
  if (typeof value !== 'object' || value === null) return [];
  const read = (key: string): unknown => Reflect.get(value, key);
  const kind = KINDS.find((one) => one === read('kind'));
  const health = HEALTHS.find((one) => one === read('health'));
  const [atMs, text, subject, code] = [read('atMs'), read('text'), read('subject'), read('code')];
  if (kind === undefined || health === undefined || !isTime(atMs) || !isText(text)) return [];
  if (!isTextOrNull(subject) || !isTextOrNull(code)) return [];
  const [times, firstAtMs] = [read('times'), read('firstAtMs')];
  const folded = isTime(times) && isTime(firstAtMs) ? { times, firstAtMs } : {};
  return [{ atMs, kind, subject, health, code, text, ...folded }];
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}
