import { differencesOf } from '../../differences/differencesOf';
import type { TopologySnapshot } from '../../snapshot';
import { formatTableName } from '../../tableName';
import type { Topology } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import { isHolderName } from '../resyncHolder';
import { scopeOf } from './changesScope';
import { undeclaredTables } from './desiredObjects';

/**
 * What servers have and the file does not mention, of all that a plan could drop; each as `edge.old_sub`, for people.
 * @param snapshot tells which tables are captured and not listed; `null`: that is not known
 */
export function undeclaredObjects(
  topology: Topology,
  nodeIds: readonly string[] | null,
  catalogs: ReadonlyMap<string, NodeCatalog>,
  snapshot: TopologySnapshot | null,
): readonly string[] {
  const captures = (snapshot === null ? [] : differencesOf({ ...snapshot, topology })).filter(
    ({ code }) => code === 'extraCapture',
  );
  return scopeOf(topology, nodeIds).flatMap((node) => {
    const catalog = catalogs.get(node.id);
    if (catalog === undefined || catalog.server.isInRecovery) return [];
    const subscriptions = catalog.subscriptions.flatMap(({ name, publications }) => {
      const declared = node.subscriptions.find((one) => one.name === name);
      if (declared === undefined) return [name];
      const extra = publications.filter((one) => !declared.publications.includes(one));
      return extra.map((publication) => `${publication} in ${name}`);
    });
    const publications = catalog.publications.flatMap((present) => {
      const declared = node.publications.find(({ name }) => name === present.name);
      if (declared === undefined) return isHolderName(present.name) ? [] : [present.name];
      return undeclaredTables(declared, present).map(
        (table) => `${formatTableName(table)} in ${present.name}`,
      );
    });
    const captured = captures.flatMap(({ nodeId, live }) =>
      nodeId === node.id && live !== null ? [live] : [],
    );
    return [...subscriptions, ...publications, ...captured].map((what) => `${node.id}.${what}`);
  });
}
