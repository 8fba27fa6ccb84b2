import { say } from '../say';
import type { EdgeSnapshot, NodeSnapshot, TopologySnapshot } from '../snapshot';

/** How far a standby is behind the server that its WAL comes from in the end. */
export interface StandbyLag {
  /** `null`: not known, which is never small. */
  readonly ms: number | null;
  /** True where `ms` is not measured now, but cannot be more: what was replayed once stays replayed. */
  readonly isAtMost: boolean;
  /** Why it is not known, as a phrase; `null` while it is. */
  readonly unknownBecause: string | null;
  /** Ids from the standby's upstream to where the chain ends. */
  readonly upstreams: readonly string[];
}

/** Sums up a cascade: each standby is measured against the one before it. */
export function standbyLag(snapshot: TopologySnapshot, nodeId: string, nowMs: number): StandbyLag {
  const upstreams: string[] = [];
  let ms: number | null = 0;
  let isAtMost = false;
  let unknownBecause: string | null = null;
  for (let at: string | null = nodeId; at !== null;) {
    const edge = streamingTo(snapshot, at);
    if (edge === undefined) {
      if (at === nodeId) return unknown(say`what it streams from is not known`, upstreams);
      break;
    }
    const found = lagOf(edge, nodeOf(snapshot, at), nowMs);
    if (found === null) unknownBecause ??= edge.unknownBecause ?? say`not measured`;
    if (found !== null && ms !== null) ms += found.ms;
    else ms = null;
    isAtMost ||= found?.isAtMost ?? false;
    if (edge.from === null || upstreams.includes(edge.from)) break;
    upstreams.push(edge.from);
    at = edge.isRelativeToUpstream ? edge.from : null;
  }
  return ms === null
    ? unknown(unknownBecause ?? say`not measured`, upstreams)
    : { ms, isAtMost, unknownBecause: null, upstreams };
}

function unknown(unknownBecause: string, upstreams: readonly string[]): StandbyLag {
  return { ms: null, isAtMost: false, unknownBecause, upstreams };
}

/**
 * Measured now, else what it cannot exceed: a standby that was 12 ms behind 3 s ago has all that was written until then. A server that
 * was started since may show less for a moment, so of that nothing is concluded.
 */
function lagOf(
  edge: EdgeSnapshot,
  node: NodeSnapshot | undefined,
  nowMs: number,
): { readonly ms: number; readonly isAtMost: boolean } | null {
  if (edge.lagMs !== null) return { ms: edge.lagMs, isAtMost: false };
  const past = edge.lastKnown;
  if (typeof past?.lagMs !== 'number') return null;
  const startedAtMs = node?.sample.fast?.postmasterStartedAtMs ?? null;
  if (startedAtMs === null || startedAtMs - (node?.clockSkewMs ?? 0) >= past.atMs) return null;
  return { ms: past.lagMs + Math.max(0, nowMs - past.atMs), isAtMost: true };
}

function streamingTo({ edges }: TopologySnapshot, nodeId: string): EdgeSnapshot | undefined {
  return edges.find(({ kind, to }) => kind === 'streaming' && to === nodeId);
}

function nodeOf({ nodes }: TopologySnapshot, nodeId: string): NodeSnapshot | undefined {
  return nodes.find(({ id }) => id === nodeId);
}
