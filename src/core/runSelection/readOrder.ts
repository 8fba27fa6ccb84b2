import { routedNodes } from '../routing/routedNodes';
import { standbyLag } from '../routing/standbyLag';
import { routesOf, type RouteCandidate } from '../routing/whereTo';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';

/** The nodes that a read may be run on, the first choice first. */
export interface ReadOrder {
  readonly nodes: readonly RouteCandidate[];
  /** Those that come before the first choice and were passed over. */
  readonly passedOver: readonly RouteCandidate[];
}

/** Why a read goes nowhere is a finished sentence. */
export type FoundReadOrder = ReadOrder | { readonly problem: string };

/**
 * Where reads go, by the very decision of *Where Would This Go?*. Where the file declares no `routing`: to its standbys, the freshest
 * first, then to the primary.
 */
export function readOrderOf(snapshot: TopologySnapshot, nowMs: number): FoundReadOrder {
  const implied = withReads(snapshot, nowMs);
  if ('problem' in implied) return implied;
  const { outcome, nodeId, candidates, reason } = routesOf(implied, nowMs).reads;
  if (nodeId === null) {
    return {
      problem:
        outcome === 'nowhere'
          ? say`Reads go nowhere now: ${reason}.`
          : say`Where reads go is not known now: ${reason}.`,
    };
  }
  const first = candidates.findIndex((candidate) => candidate.nodeId === nodeId);
  return {
    nodes: candidates.filter(({ state }) => state === 'taken'),
    passedOver: candidates.slice(0, first),
  };
}

function withReads(
  snapshot: TopologySnapshot,
  nowMs: number,
): TopologySnapshot | { readonly problem: string } {
  const { topology } = snapshot;
  if (topology.routing !== undefined) return snapshot;
  const routed = routedNodes(topology);
  if (routed.kind === 'unclear') {
    return {
      problem: say`Where reads go is not said: the file has several primaries (${routed.primaries.join(', ')}). "routing" says which nodes are meant.`,
    };
  }
  const { primary, members } = routed;
  const lag = (id: string) => standbyLag(snapshot, id, nowMs).ms ?? Infinity;
  const standbys = members
    .filter((id) => id !== primary)
    .toSorted((one, other) => (lag(one) < lag(other) ? -1 : Number(lag(one) > lag(other))));
  const routing = { reads: [...standbys, primary], maxLagMs: null };
  return { ...snapshot, topology: { ...topology, routing } };
}
