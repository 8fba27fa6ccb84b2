import { formatCount, formatCounted } from '../format';
import { say } from '../say';
import type { NodeSnapshot, TopologySnapshot } from '../snapshot';
import { routedNodes } from './routedNodes';

/** What the pools of the application may open at one node, against what its server lets in. */
export interface PoolLoad {
  readonly nodeId: string;
  /** Of each pool that may go there; `null`: that pool does not, or its size is not said. */
  readonly writes: number | null;
  readonly reads: number | null;
  /** Both together. */
  readonly most: number;
  /** What the server said of itself; `null`: not known. */
  readonly limit: PoolLimit | null;
  /** Sessions of clients that are there now; `null`: not known. */
  readonly used: number | null;
}

export interface PoolLimit {
  /** `max_connections` less what is kept for superusers and reserved roles. */
  readonly allowed: number;
  readonly maxConnections: number;
  readonly reserved: number;
}

/**
 * Each node that pools of the file's `routing` may go to, with all that may land there at once: reads fall back to any node of `reads`,
 * and writes go to the primary, or to who takes them now. By what the polls read anyway; empty where the file names no pool.
 * @param writesTo the node that writes go to now; `null`: none
 */
export function poolLoads(
  { topology, nodes }: TopologySnapshot,
  writesTo: string | null,
): readonly PoolLoad[] {
  const { routing } = topology;
  const pools = routing?.pools;
  const routed = routedNodes(topology);
  if (routing === undefined || pools === undefined || routed.kind !== 'found') return [];
  return routed.members.flatMap((nodeId): readonly PoolLoad[] => {
    const writes = nodeId === routed.primary || nodeId === writesTo ? pools.writes : null;
    const reads = routing.reads.includes(nodeId) ? pools.reads : null;
    const most = (writes ?? 0) + (reads ?? 0);
    const node = nodes.find(({ id }) => id === nodeId);
    return most === 0 ? [] : [{ nodeId, writes, reads, most, ...limitsOf(node) }];
  });
}

/** Whether its server lets in fewer than may come; not while that is unknown. */
export function isTooMuch({ most, limit }: PoolLoad): boolean {
  return limit !== null && most > limit.allowed;
}

/** What may come, what the server allows, and what is there, as finished sentences. */
export function poolWords(load: PoolLoad): string {
  return [comingTo(load), allowedBy(load), inUse(load)].join(' ');
}

function comingTo({ nodeId, writes, reads, most }: PoolLoad): string {
  const connections = formatCounted(most, 'connection');
  if (writes === null) return say`Reads may open up to ${connections} to ${nodeId}.`;
  if (reads === null) return say`Writes may open up to ${connections} to ${nodeId}.`;
  return say`Up to ${connections} may be opened to ${nodeId}, ${formatCount(writes)} for writes and ${formatCount(reads)} for reads.`;
}

function allowedBy({ limit }: PoolLoad): string {
  if (limit === null) return say`How many its server allows is not known.`;
  const { allowed, maxConnections, reserved } = limit;
  if (reserved === 0) return say`Its server allows ${formatCount(allowed)} (max_connections).`;
  return say`Its server allows ${formatCount(allowed)}: max_connections is ${formatCount(maxConnections)}, of which ${formatCount(reserved)} are kept for others.`;
}

function inUse({ used }: PoolLoad): string {
  return used === null
    ? say`How many are in use is not known.`
    : say`In use now: ${formatCount(used)}.`;
}

function limitsOf(node: NodeSnapshot | undefined): Pick<PoolLoad, 'limit' | 'used'> {
  const settings = node?.sample.slow?.settings;
  const maxConnections = numberOf(settings?.['max_connections']);
  const isCurrent = node?.sample.contact === 'connected' && node.verdict.code !== 'stale';
  const used = isCurrent ? (node.sample.fast?.connectionsUsed ?? null) : null;
  if (maxConnections === null) return { limit: null, used };
  const reserved =
    (numberOf(settings?.['superuser_reserved_connections']) ?? 0) +
    (numberOf(settings?.['reserved_connections']) ?? 0);
  return { limit: { allowed: maxConnections - reserved, maxConnections, reserved }, used };
}

function numberOf(setting: string | undefined): number | null {
  return setting === undefined ? null : Number(setting);
}
