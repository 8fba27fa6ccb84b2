import { formatBytes, formatDuration, formatLasting } from '../format';
import { nameCopying } from '../join/tableStates';
import { say, sayWord } from '../say';
import type { EdgeSnapshot, Measure } from '../snapshot';

/** What is said of an edge: its state, then how much. */
export interface StateWords {
  readonly state: string;
  readonly measure: string | null;
}

/** State and measure of an edge for a row's description: at most two parts, worst first. */
export function edgeWords(edge: EdgeSnapshot, nowMs: number): StateWords {
  const { code, params } = edge.verdict;
  switch (code) {
    case 'streaming':
      return words(say`streaming`, shortMeasure(edge));
    case 'idle':
      return words(say`idle`, say`caught up`);
    case 'catchingUp':
      return words(say`catching up`, edge.lagBytes === null ? null : formatBytes(edge.lagBytes));
    case 'lagging':
      return words(say`lagging`, shortMeasure(edge));
    case 'stuck': {
      const size = edge.lagBytes === null ? null : formatBytes(edge.lagBytes);
      return words(lasting(say`stuck`, edge, nowMs), size);
    }
    case 'paused':
      return words(say`replay paused`, elapsed(edge, nowMs));
    case 'blocked': {
      const pids = params.pids ?? [];
      const by =
        pids.length === 0 ? say`blocked by a lock` : say`blocked by pid ${pids.join(', ')}`;
      return words(by, elapsed(edge, nowMs));
    }
    case 'notStreaming':
      return words(lasting(say`not streaming`, edge, nowMs), null);
    case 'sourceCutOff':
      return words(say`lag unknown`, say`source cut off`);
    case 'copying':
      return copyingWords(edge);
    case 'stoppedByError':
      return words(say`stopped by an error`, elapsed(edge, nowMs));
    case 'applyErrorLoop': {
      const retries =
        params.retries === undefined ? '' : say`, ${params.retries} retries in 1\u00a0min`;
      return words(say`apply error${retries}`, null);
    }
    case 'noWorker': {
      const { workersUsed, workersMax } = params;
      const counts =
        workersUsed === undefined || workersMax === undefined
          ? ''
          : say` (${workersUsed} of ${workersMax})`;
      return words(say`enabled, no worker free${counts}`, null);
    }
    case 'disabled': {
      const kept = edge.retainedWalBytes;
      const where = edge.from === null ? '' : say` on ${edge.from}`;
      return words(say`disabled`, kept === null ? null : say`keeps ${formatBytes(kept)}${where}`);
    }
    case 'slotLost': {
      const age = elapsed(edge, nowMs);
      return words(
        age === null ? say`slot lost` : say`slot lost ${age} ago`,
        params.reason ?? null,
      );
    }
    case 'roleMismatch':
      return words(say`declared standby`, say`is a ${sayWord(params.role ?? 'primary')}`);
    case 'wrongSystem':
      return words(say`another system than its upstream`, null);
    case 'diverged':
      return words(divergedWords(params.downstreamTimeline, params.upstreamTimeline), null);
    case 'ambiguous':
      return words(say`lag unknown`, say`several senders fit`);
    case 'noPrivilege':
      return words(say`lag unknown`, say`needs pg_monitor`);
    case 'notFound':
      return words(params.reason ?? say`in the file, never seen`, null);
    case 'stale':
      return words(staleWords(edge.lastKnown, nowMs), null);
    case 'notConnected':
    case 'notApproved':
      return words(say`not connected`, null);
    case 'restricted':
      return words(say`restricted mode`, null);
    case 'disconnected':
      return words(say`disconnected`, null);
    case 'connecting':
      return words(say`connecting`, null);
    default:
      return words(say`lag unknown`, edge.unknownBecause);
  }
}

/** Time where it is known, else size: rows have room for one. */
export function shortMeasure(measure: Measure): string | null {
  if (measure.lagMs !== null) return formatDuration(measure.lagMs);
  return measure.lagBytes === null ? null : formatBytes(measure.lagBytes);
}

/** `was 12 ms, 2 min ago`; the words alone where nothing was ever known. */
export function staleWords(
  lastKnown: (Measure & { readonly atMs: number }) | null,
  nowMs: number,
): string {
  const measure = lastKnown === null ? null : shortMeasure(lastKnown);
  if (lastKnown === null || measure === null) return say`out of date`;
  return say`was ${measure}, ${formatDuration(wholeSecondsSince(lastKnown.atMs, nowMs))} ago`;
}

/** How long the verdict holds, as a bare duration; `null` when not known. */
export function elapsed(
  subject: { readonly verdict: { readonly sinceMs: number | null } },
  nowMs: number,
): string | null {
  const { sinceMs } = subject.verdict;
  return sinceMs === null ? null : formatDuration(wholeSecondsSince(sinceMs, nowMs));
}

export function divergedWords(own: number | undefined, upstream: number | undefined): string {
  if (own === undefined || upstream === undefined) return say`diverged`;
  return say`diverged, timeline ${own} against ${upstream}`;
}

function wholeSecondsSince(sinceMs: number, nowMs: number): number {
  return Math.max(1, Math.floor((nowMs - sinceMs) / 1_000)) * 1_000;
}

function lasting(state: string, edge: EdgeSnapshot, nowMs: number): string {
  const { sinceMs } = edge.verdict;
  return sinceMs === null ? state : `${state} ${formatLasting(sinceMs, nowMs)}`;
}

function copyingWords(edge: EdgeSnapshot): StateWords {
  const { readyTables, totalTables, queuedTables = 0 } = edge.verdict.params;
  if (readyTables === undefined || totalTables === undefined) return words(say`copying`, null);
  return words(nameCopying({ readyTables, totalTables, queuedTables }), null);
}

function words(state: string, measure: string | null): StateWords {
  return { state, measure };
}
