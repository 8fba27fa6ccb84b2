import type { TopologySnapshot } from '../../core/snapshot';

/** Declared nodes that the monitor reaches now, in the file's order: what can be looked at without waiting in vain. */
export function reachableNodes(snapshot: TopologySnapshot | undefined): readonly string[] {
  const reached = (snapshot?.nodes ?? []).filter(
    ({ isDeclared, sample }) => isDeclared && sample.contact === 'connected',
  );
  return reached.map(({ id }) => id);
}

/** Of these, the ones that stream or take changes from a node, by the file or by what was seen. */
export function reachableDownstreams(
  snapshot: TopologySnapshot | undefined,
  nodeId: string,
): readonly string[] {
  if (snapshot === undefined) return [];
  const { topology, edges } = snapshot;
  return reachableNodes(snapshot).filter(
    (id) =>
      id !== nodeId &&
      (edges.some(({ from, to }) => from === nodeId && to === id) ||
        topology.nodes.some(
          (node) =>
            node.id === id &&
            (node.standbyOf === nodeId ||
              node.subscriptions.some(({ publisher }) => publisher === nodeId)),
        )),
  );
}
