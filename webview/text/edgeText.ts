import { verdictWord } from '../../src/core/describe/verdictWord';
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatMeasure,
  formatPart,
} from '../../src/core/format';
import { say } from '../../src/core/say';
import type { EdgeState } from '../../src/protocol/dashboardState';
import { isNotAsked, isOld } from './glyphs';

/** State and lag of an edge in at most two facts: `streaming · 12 ms`, `not streaming for 12 s`, `was 9 ms, 2 min ago`. */
export function edgeTop(edge: EdgeState, nowMs: number): string {
  const { code, sinceMs, params } = edge.verdict;
  const since = sinceMs === null ? null : formatDuration(wholeSeconds(nowMs - sinceMs));
  const lasting = (words: string) => (since === null ? words : say`${words} for ${since}`);
  const measured = (words: string) => `${words} · ${lagText(edge)}`;
  if (isOld(code) && edge.lastKnown !== null) return edgeWas(edge, nowMs);
  switch (code) {
    case 'streaming':
      return measured(edge.kind === 'consumer' ? say`reading` : say`streaming`);
    case 'idle':
      return say`idle · caught up`;
    case 'catchingUp':
    case 'lagging':
      return measured(verdictWord(code));
    case 'copying':
      return params.readyTables === undefined || params.totalTables === undefined
        ? say`copying tables`
        : say`copying ${formatPart(params.readyTables, params.totalTables, 'tables')}`;
    case 'paused':
      return lasting(say`paused`);
    case 'notStreaming':
      return lasting(edge.kind === 'consumer' ? say`not reading` : say`not streaming`);
    case 'stuck':
    case 'blocked':
      return lasting(verdictWord(code));
    case 'stoppedByError':
      return since === null ? say`stopped by an error` : say`stopped ${since} ago`;
    case 'slotLost':
      return since === null ? say`slot lost` : say`slot lost ${since} ago`;
    case 'applyErrorLoop':
      return params.retries === undefined
        ? say`apply error`
        : say`apply error, ${params.retries} retries`;
    case 'sourceCutOff':
      return say`lag unknown`;
    default:
      return isNotAsked(code) && code !== 'notConnected' ? say`not asked` : verdictWord(code);
  }
}

/** Second line of an edge: what it is called, and its size where the first line told the time. */
export function edgeSub(edge: EdgeState): string {
  const name = edge.kind === 'logical' ? edge.name : (edge.slotName ?? say`no slot`);
  const { code } = edge.verdict;
  if (code === 'sourceCutOff') return say`its source is cut off`;
  if (code === 'noPrivilege') return say`needs pg_monitor`;
  if (isOld(code) || isNotAsked(code) || edge.lagBytes === null) return name;
  // The size already stands in the first line where no time is known.
  if (edge.lagMs === null && MEASURED.has(code)) return name;
  return `${name} · ${formatBytes(edge.lagBytes)}`;
}

const MEASURED: ReadonlySet<string> = new Set(['streaming', 'lagging', 'catchingUp']);

/** `12 ms`, else `14 kB`, else why it is unknown. */
export function lagText(edge: EdgeState): string {
  if (edge.lagMs !== null) return formatDuration(edge.lagMs, 'fine');
  if (edge.lagBytes !== null) return formatBytes(edge.lagBytes);
  return say`lag unknown`;
}

/** `was 12 ms, 2 min ago` */
export function edgeWas(edge: EdgeState, nowMs: number): string {
  const last = edge.lastKnown;
  if (last === null) return say`never measured`;
  if (last.lagMs === 0 && last.lagBytes === 0) return say`was idle, ${formatAgo(last.atMs, nowMs)}`;
  const value =
    last.lagMs === null ? formatMeasure(null, last.lagBytes) : formatDuration(last.lagMs);
  return say`was ${value}, ${formatAgo(last.atMs, nowMs)}`;
}

/** An age or a lasting time never shows fractions of a second. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.floor(ms / 1000)) * 1000;
}
