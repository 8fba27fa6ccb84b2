import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import { compareNodes, type Comparison } from './comparedNodes';
import type { Difference, NotCompared } from './difference';
import { nodeDifferences, otherSystem } from './nodeDifferences';
import { publicationDifferences } from './publicationDifferences';
import { drainDifferences, queueDifferences } from './queueDifferences';
import { slotDifferences } from './slotDifferences';
import { subscriptionDifferences } from './subscriptionDifferences';

/**
 * What differs between the file and the servers, by the monitor's picture: it asks no server. Of nodes that cannot be read
 * now nothing is said. Pure.
 * @returns in file order by node, what a node is before what it holds
 */
export function differencesOf(snapshot: TopologySnapshot): readonly Difference[] {
  const whole = compareNodes(snapshot);
  const { comparison, others } = withoutOthers(whole);
  const apart = [...slotDifferences(comparison), ...drainDifferences(comparison)];
  const consumed = new Set<Difference>();
  const sorted = [...whole.nodes.values()].flatMap((node) => {
    const { id } = node.declared;
    const other = others.get(id);
    if (other !== undefined) return [other];
    const own = apart.filter(({ nodeId }) => nodeId === id);
    for (const one of own) consumed.add(one);
    return [
      ...nodeDifferences(comparison, node),
      ...publicationDifferences(comparison, node),
      ...subscriptionDifferences(comparison, node),
      ...queueDifferences(node),
      ...own,
    ];
  });
  return [...sorted, ...apart.filter((one) => !consumed.has(one))];
}

/** The declared nodes of which nothing, or not everything, could be compared, with the reason. */
export function notCompared(snapshot: TopologySnapshot): readonly NotCompared[] {
  const whole = compareNodes(snapshot);
  const others = [...withoutOthers(whole).others.keys()].map((nodeId) => ({
    nodeId,
    why: say`${nodeId} is not the server seen before`,
  }));
  return [...whole.notCompared, ...others];
}

/** A node that is another server says so, and nothing of it is held against the file. */
function withoutOthers(whole: Comparison): {
  readonly comparison: Comparison;
  readonly others: ReadonlyMap<string, Difference>;
} {
  const others = new Map<string, Difference>();
  for (const [id, node] of whole.nodes) {
    const other = otherSystem(node);
    if (other !== null) others.set(id, other);
  }
  const nodes = new Map([...whole.nodes].filter(([id]) => !others.has(id)));
  return { comparison: { ...whole, nodes }, others };
}
