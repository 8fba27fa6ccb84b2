import { differencesOf } from '../../differences/differencesOf';
import { say } from '../../say';
import type { TopologySnapshot } from '../../snapshot';
import { formatTableName } from '../../tableName';
import type { Topology } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import { isHolderName } from '../resyncHolder';
import { scopeOf } from './changesScope';
import { undeclaredSchemas, undeclaredTables } from './desiredObjects';
import {
  declaredNames,
  hasOtherQueue,
  isToldBefore,
  withUnitedDeclarations,
} from './sharedDatabase';

/**
 * What servers have and the file does not mention, of all that a plan could drop; each as `edge.old_sub`, for people.
 * What another node of the same database declares is mentioned.
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
  const known = { topology, catalogs, snapshot };
  const scope = scopeOf(withUnitedDeclarations(known), nodeIds);
  return scope.flatMap((node) => {
    const catalog = catalogs.get(node.id);
    if (catalog === undefined || catalog.server.isInRecovery) return [];
    const names = declaredNames(known, node.id);
    const isTold = isToldBefore(known, scope, node.id);
    const subscriptions = catalog.subscriptions.flatMap(({ name, publications }) => {
      const declared = node.subscriptions.find((one) => one.name === name);
      if (declared === undefined) return isTold || names.subscriptions.has(name) ? [] : [name];
      const extra = publications.filter((one) => !declared.publications.includes(one));
      return extra.map((publication) => say`${publication} in ${name}`);
    });
    const publications = catalog.publications.flatMap((present) => {
      const declared = node.publications.find(({ name }) => name === present.name);
      if (declared === undefined) {
        const isKept = isHolderName(present.name) || names.publications.has(present.name);
        return isTold || isKept ? [] : [present.name];
      }
      const extra = [
        ...undeclaredTables(declared, present).map(formatTableName),
        ...undeclaredSchemas(declared, present).map((schema) => say`tables of schema ${schema}`),
      ];
      return extra.map((what) => say`${what} in ${present.name}`);
    });
    const captured = captures.flatMap(({ nodeId, live }) =>
      nodeId === node.id && live !== null && !hasOtherQueue(known, node.id) ? [live] : [],
    );
    return [...subscriptions, ...publications, ...captured].map((what) => `${node.id}.${what}`);
  });
}
