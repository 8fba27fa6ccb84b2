import { isSameDatabase, nodesOfDatabase, type KnownNodes } from '../sameServer';
import { uniqueTables } from '../tableLookup';
import type {
  DeclaredPublication,
  DeclaredSubscription,
  Topology,
  TopologyNode,
} from '../../topology';

/** What the file says of a database, by whichever of its nodes. */
export interface DeclaredNames {
  readonly publications: ReadonlySet<string>;
  readonly subscriptions: ReadonlySet<string>;
}

/** The names of what is declared for the database of a node: what another node of it declares is not left over. */
export function declaredNames(known: KnownNodes, nodeId: string): DeclaredNames {
  const nodes = nodesOfDatabase(known, nodeId);
  return {
    publications: new Set(nodes.flatMap((node) => node.publications.map(({ name }) => name))),
    subscriptions: new Set(nodes.flatMap((node) => node.subscriptions.map(({ name }) => name))),
  };
}

/** Whether another node of the same database has a queue, whose tables are captured there too. */
export function hasOtherQueue(known: KnownNodes, nodeId: string): boolean {
  return nodesOfDatabase(known, nodeId).some(
    ({ id, pendingSync }) => id !== nodeId && pendingSync !== null,
  );
}

/** Whether an earlier one of these nodes is the same database, so that what it has was told there. */
export function isToldBefore(
  { catalogs }: KnownNodes,
  nodes: readonly TopologyNode[],
  nodeId: string,
): boolean {
  const own = catalogs.get(nodeId);
  const before = nodes.slice(
    0,
    nodes.findIndex(({ id }) => id === nodeId),
  );
  return before.some(({ id }) => {
    const other = catalogs.get(id);
    return own !== undefined && other !== undefined && isSameDatabase(own, other);
  });
}

/**
 * The topology with each publication and subscription as all nodes of its database declare it together: what one of them does
 * not say of it, another may.
 */
export function withUnitedDeclarations(known: KnownNodes): Topology {
  const { topology } = known;
  return {
    ...topology,
    nodes: topology.nodes.map((node) => {
      const others = nodesOfDatabase(known, node.id).filter(({ id }) => id !== node.id);
      if (others.length === 0) return node;
      return {
        ...node,
        publications: node.publications.map((declared) =>
          others
            .flatMap(({ publications }) => publications.filter((one) => one.name === declared.name))
            .reduce(unitePublications, declared),
        ),
        subscriptions: node.subscriptions.map((declared) =>
          others
            .flatMap(({ subscriptions }) =>
              subscriptions.filter((one) => one.name === declared.name),
            )
            .reduce(uniteSubscriptions, declared),
        ),
      };
    }),
  };
}

function unitePublications(
  declared: DeclaredPublication,
  other: DeclaredPublication,
): DeclaredPublication {
  return {
    ...declared,
    tables: uniqueTables([...declared.tables, ...other.tables]),
    schemas: [...new Set([...declared.schemas, ...other.schemas])],
    allTables: declared.allTables || other.allTables,
  };
}

function uniteSubscriptions(
  declared: DeclaredSubscription,
  other: DeclaredSubscription,
): DeclaredSubscription {
  return {
    ...declared,
    publications: [...new Set([...declared.publications, ...other.publications])],
  };
}
