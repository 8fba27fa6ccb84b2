import { DEFAULT_QUEUE } from '../../queue/queueNames';
import { formatTableName } from '../../tableName';
import type { DeclaredQueue, Topology } from '../../topology';
import { fileTableName, isSameJson } from '../fileTable';
import type { FileChange } from '../plan';
import { isSameTable } from '../tableLookup';
import type { SetUpEdgeRequest } from './setUpEdgeRequest';

/** What the file says of the edge's queue; nothing when it says so already. */
export function queueFileChanges(
  request: SetUpEdgeRequest,
  topology: Topology,
): readonly FileChange[] {
  const { nodeId, primaryId, queue, capture, tables, drainer } = request;
  const node = topology.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) return [];
  const value = entry({
    primary: primaryId,
    table: queue,
    capture,
    tables,
    ...(drainer === null ? {} : { drainUser: drainer.name }),
  });
  const said = node.pendingSync === null ? null : entry(node.pendingSync);
  return isSameJson(said, value) ? [] : [{ path: ['nodes', nodeId, 'pendingSync'], value }];
}

function entry({ primary, table, capture, drainUser, tables }: DeclaredQueue): unknown {
  return {
    primary,
    ...(isSameTable(table, DEFAULT_QUEUE) ? {} : { table: fileTableName(table) }),
    ...(capture === 'trigger' ? {} : { capture }),
    ...(drainUser === undefined ? {} : { drainUser }),
    ...(tables.length === 0
      ? {}
      : {
          tables: Object.fromEntries(tables.map((one) => [formatTableName(one), one.policy])),
        }),
  };
}
