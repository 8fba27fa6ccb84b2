import type { FastFacts } from '../facts';
import { say } from '../say';
import type { NodeSnapshot, TopologySnapshot } from '../snapshot';
import type { TopologyNode } from '../topology';
import type { NotCompared } from './difference';

/** A node that can be held against the file: what it says of itself is of now. */
export interface ComparedNode {
  readonly snapshot: NodeSnapshot;
  readonly declared: TopologyNode;
  readonly fast: FastFacts;
}

/** Everything that one comparison looks at. */
export interface Comparison {
  readonly snapshot: TopologySnapshot;
  /** By id, in file order. */
  readonly nodes: ReadonlyMap<string, ComparedNode>;
  readonly notCompared: readonly NotCompared[];
}

const OLDEST_SUPPORTED = 140_000;

/** Sorts the declared nodes into those that were read just now, and the others with the reason. */
export function compareNodes(snapshot: TopologySnapshot): Comparison {
  const found = new Map(snapshot.nodes.map((node) => [node.id, node]));
  const nodes = new Map<string, ComparedNode>();
  const notCompared: NotCompared[] = [];
  for (const declared of snapshot.topology.nodes) {
    const node = found.get(declared.id);
    const why = node === undefined ? say`${declared.id} was not read yet` : whyNot(node);
    const fast = node?.sample.fast ?? null;
    if (why !== null || node === undefined || fast === null) {
      notCompared.push({ nodeId: declared.id, why: why ?? say`${declared.id} was not read yet` });
      continue;
    }
    nodes.set(declared.id, { snapshot: node, declared, fast });
    if (node.sample.slow === null) {
      const why = say`publications and options of ${declared.id} were not read yet`;
      notCompared.push({ nodeId: declared.id, why });
    }
  }
  return { snapshot, nodes, notCompared };
}

/** The nodes that are databases of the same server, itself among them. */
export function peersOf(comparison: Comparison, node: ComparedNode): readonly ComparedNode[] {
  const ids = [node.declared.id, ...node.snapshot.sameServerAs];
  return ids.flatMap((id) => comparison.nodes.get(id) ?? []);
}

/** The nodes that look at the same database of the same server, itself among them. */
export function databasePeersOf(comparison: Comparison, node: ComparedNode): ComparedNode[] {
  return peersOf(comparison, node).filter(({ fast }) => fast.database === node.fast.database);
}

function whyNot(node: NodeSnapshot): string | null {
  const { id, sample, verdict } = node;
  switch (sample.contact) {
    case 'restricted':
      return say`${id} is not contacted in restricted mode`;
    case 'notAsked':
    case 'notApproved':
      return say`${id} is not connected`;
    case 'disconnected':
      return say`${id} is disconnected`;
    case 'connecting':
      return say`${id} is being connected`;
    case 'failed':
      return sample.failure?.reason === 'starting'
        ? say`${id} is starting`
        : say`${id} could not be read`;
    case 'connected':
      break;
  }
  if (sample.fast === null) return say`${id} was not read yet`;
  if (verdict.code === 'stale') return say`${id} has not answered lately`;
  if (sample.fast.serverVersionNum < OLDEST_SUPPORTED) {
    return say`${id} runs a Postgres older than 14`;
  }
  return null;
}
