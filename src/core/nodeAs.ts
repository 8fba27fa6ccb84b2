import type { TopologyNode } from './topology';

/**
 * The same node seen as another role. Sources of passwords other than `auto` are for the user of `connection` alone, so
 * a different role goes by `auto`.
 */
export function nodeAs(node: TopologyNode, user: string): TopologyNode {
  if (node.connection['user'] === user) return node;
  return {
    ...node,
    connection: { ...node.connection, user },
    passwordSource: { kind: 'auto' },
  };
}
