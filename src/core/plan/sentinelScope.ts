import { knownSubscribersOf } from './knownSubscribers';
import type { CatalogPublication, CatalogSubscription, NodeCatalog } from './nodeCatalog';
import type { PlanContext } from './requests';
import { EXTENSION_SCHEMA } from './sentinelNames';

/** One publication's sentinel: asked for by command, and by every part of its plans. */
export interface SentinelRequest {
  /** Where the publication is; the primary, since a standby has everything from there. */
  readonly nodeId: string;
  /** `null`: a table for standbys alone, where no publication needs one. */
  readonly publication: string | null;
}

/** A subscription that receives a sentinel table. */
export interface SentinelDownstream {
  readonly publisher: NodeCatalog;
  readonly catalog: NodeCatalog;
  readonly subscription: CatalogSubscription;
}

/** Whom a sentinel table reaches. */
export interface SentinelScope {
  /** In the order of the way down. A table is created in the reverse order, so that nobody receives what it lacks. */
  readonly downstreams: readonly SentinelDownstream[];
  /** Nodes that take it and could not be read. */
  readonly unread: readonly string[];
}

/**
 * Follows a sentinel table from its publisher through every publication that carries it: the one that it is for, and on each
 * node those of all tables or of our schema, which take it in by themselves.
 */
export function sentinelScope(
  context: PlanContext,
  publisher: NodeCatalog,
  publication: string | null,
): SentinelScope {
  const downstreams: SentinelDownstream[] = [];
  const unread = new Set<string>();
  const visited = new Set([publisher.nodeId]);
  const follow = (from: NodeCatalog, carriers: readonly string[]): void => {
    const next = new Map<string, NodeCatalog>();
    for (const { nodeId, subscription } of subscribersOf(context, from.nodeId, carriers)) {
      if (nodeId === publisher.nodeId) continue;
      const catalog = context.catalogs.get(nodeId);
      const found = catalog?.subscriptions.find(({ name }) => name === subscription);
      if (catalog === undefined || found === undefined) {
        unread.add(nodeId);
        continue;
      }
      downstreams.push({ publisher: from, catalog, subscription: found });
      next.set(nodeId, catalog);
    }
    for (const [nodeId, catalog] of next) {
      if (visited.has(nodeId)) continue;
      visited.add(nodeId);
      follow(
        catalog,
        sweepingPublications(catalog).map(({ name }) => name),
      );
    }
  };
  const sweeping = sweepingPublications(publisher).map(({ name }) => name);
  follow(publisher, [...new Set([...(publication === null ? [] : [publication]), ...sweeping])]);
  return { downstreams, unread: [...unread] };
}

/** Publications that take in every table of our schema as soon as it is there. */
export function sweepingPublications(catalog: NodeCatalog): readonly CatalogPublication[] {
  return catalog.publications.filter(
    ({ allTables, schemas }) => allTables || schemas.includes(EXTENSION_SCHEMA),
  );
}

/** The role that watches a node, where it needs a grant there; `null` for a superuser, the owner, and who is not known. */
export function watcherOf(
  context: PlanContext,
  nodeId: string,
  catalog: NodeCatalog,
  owner: string,
): string | null {
  const user = context.topology.nodes.find(({ id }) => id === nodeId)?.connection['user'];
  const role = catalog.roles.find(({ name }) => name === user);
  return role === undefined || role.isSuperuser || role.name === owner ? null : role.name;
}

/** Ids of the standbys below a node, as the file has them, cascades included. */
export function standbysBelow(context: PlanContext, nodeId: string): readonly string[] {
  const below = new Set<string>();
  const visit = (id: string): void => {
    for (const node of context.topology.nodes) {
      if (node.standbyOf !== id || below.has(node.id) || node.id === nodeId) continue;
      below.add(node.id);
      visit(node.id);
    }
  };
  visit(nodeId);
  return [...below];
}

/** Every subscription that takes one of these publications, once. */
function subscribersOf(context: PlanContext, publisherId: string, publications: readonly string[]) {
  const found = publications.flatMap((name) => knownSubscribersOf(context, publisherId, name));
  return found.filter(
    ({ nodeId, subscription }, index) =>
      found.findIndex((other) => other.nodeId === nodeId && other.subscription === subscription) ===
      index,
  );
}
