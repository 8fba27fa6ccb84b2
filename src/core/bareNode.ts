import type { ConnectionParams, TopologyNode } from './topology';

/** A node of which its connection alone is known, for what dials before there is a file: nothing is declared of it. */
export function bareNode(id: string, connection: ConnectionParams): TopologyNode {
  return {
    id,
    connection,
    adminUser: null,
    passwordSource: { kind: 'auto' },
    standbyOf: null,
    slot: null,
    publications: [],
    subscriptions: [],
    pendingSync: null,
  };
}
