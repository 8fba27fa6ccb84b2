import type { DeclaredSubscription, Topology } from '../topology';
import type { PlanContext } from './requests';
import { isSameDatabase } from './sameServer';

/** A subscription that takes a publication. */
export interface KnownSubscriber {
  readonly nodeId: string;
  readonly subscription: string;
  /** `null` when it has none, or when only the file knows the subscription. */
  readonly slotName: string | null;
}

/**
 * Every subscription that is known to take `publication` from this publisher: by the catalogs, else by the monitor, else
 * by the file. Who is in none of these is not known: see `unknownReaders`. One that several nodes show, since they are one
 * database, is told once: as that of the node that declares it.
 * @param publication `null`: whatever it takes from there
 */
export function knownSubscribersOf(
  context: PlanContext,
  publisherId: string,
  publication: string | null,
): readonly KnownSubscriber[] {
  return context.topology.nodes.flatMap((node) =>
    subscriptionsOf(context, node.id)
      .filter(({ name, slotName }) => publishes(context, publisherId, node.id, name, slotName))
      .filter(({ publications }) => publication === null || publications.includes(publication))
      .filter(({ name }) => tellerOf(context, node.id, name) === node.id)
      .map(({ name, slotName }) => ({ nodeId: node.id, subscription: name, slotName })),
  );
}

/** One that takes a publication of a primary from one of its standbys, as 16 and newer allow. */
export interface StandbyReader extends KnownSubscriber {
  /** The standby that it reads. */
  readonly through: string;
}

/**
 * Every subscription that takes `publication` of this node through a standby of it, or of that: the standby has the same
 * publications, and what changes here changes there.
 */
export function subscribersThroughStandbys(
  context: PlanContext,
  publisherId: string,
  publication: string,
): readonly StandbyReader[] {
  return standbysBelow(context.topology, publisherId).flatMap((through) =>
    knownSubscribersOf(context, through, publication).map((found) => ({ ...found, through })),
  );
}

function standbysBelow({ nodes }: Topology, nodeId: string): readonly string[] {
  const below = new Set<string>();
  const take = (upstream: string): void => {
    for (const { id, standbyOf } of nodes) {
      if (standbyOf !== upstream || below.has(id)) continue;
      below.add(id);
      take(id);
    }
  };
  take(nodeId);
  return [...below];
}

/**
 * Logical slots of the publisher's database that read publications for somebody who is not in the file: subscribers that
 * nothing else is known of. Needs the publisher's catalog; without it the list is empty.
 */
export function unknownReaders(context: PlanContext, publisherId: string): readonly string[] {
  const catalog = context.catalogs.get(publisherId);
  if (catalog === undefined) return [];
  const known = new Set([
    ...knownSubscribersOf(context, publisherId, null).map(({ slotName }) => slotName),
    ...context.topology.consumers
      .filter(({ node }) => node === publisherId)
      .map(({ slot }) => slot),
  ]);
  return catalog.slots
    .filter(({ type, plugin, database }) => {
      if (type !== 'logical' || plugin !== 'pgoutput') return false;
      return database === catalog.server.database;
    })
    .map(({ name }) => name)
    .filter((name) => !known.has(name) && !isTableSyncSlot(name));
}

/** The subscription of that name as the file declares it; `null` when it does not. */
export function declaredSubscription(
  context: PlanContext,
  nodeId: string,
  name: string,
): DeclaredSubscription | null {
  const node = context.topology.nodes.find(({ id }) => id === nodeId);
  return node?.subscriptions.find((subscription) => subscription.name === name) ?? null;
}

/** The node that a subscription takes from: by the file, else by the monitor; `null` when neither knows. */
export function publisherOf(
  context: PlanContext,
  nodeId: string,
  subscription: string,
): string | null {
  const declared = declaredSubscription(context, nodeId, subscription);
  if (declared !== null) return declared.publisher;
  const edge = context.snapshot?.edges.find(
    ({ kind, name, to }) => kind === 'logical' && name === subscription && to === nodeId,
  );
  return edge?.from ?? null;
}

/** Of the nodes that are one database, the one as whose a subscription is told. */
function tellerOf(context: PlanContext, nodeId: string, subscription: string): string {
  const own = context.catalogs.get(nodeId);
  const nodes = context.topology.nodes.filter(({ id }) => {
    const other = context.catalogs.get(id);
    return id === nodeId || (own && other ? isSameDatabase(own, other) : false);
  });
  const declaring = nodes.find(({ subscriptions }) =>
    subscriptions.some(({ name }) => name === subscription),
  );
  return (declaring ?? nodes[0])?.id ?? nodeId;
}

interface FoundSubscription {
  readonly name: string;
  readonly slotName: string | null;
  readonly publications: readonly string[];
}

/** What a server says goes before what the file says. */
function subscriptionsOf(context: PlanContext, nodeId: string): readonly FoundSubscription[] {
  const catalog = context.catalogs.get(nodeId);
  if (catalog !== undefined) return catalog.subscriptions;
  const sample = context.snapshot?.nodes.find(({ id }) => id === nodeId)?.sample;
  if (sample?.fast) return sample.fast.subscriptions;
  return context.topology.nodes.find(({ id }) => id === nodeId)?.subscriptions ?? [];
}

function publishes(
  context: PlanContext,
  publisherId: string,
  nodeId: string,
  subscription: string,
  slotName: string | null,
): boolean {
  const publisher = publisherOf(context, nodeId, subscription);
  if (publisher !== null) return publisher === publisherId;
  // Nobody names its publisher, but the slot that it reads is there.
  const catalog = context.catalogs.get(publisherId);
  return (
    slotName !== null &&
    (catalog?.slots.some(
      ({ name, database }) => name === slotName && database === catalog.server.database,
    ) ??
      false)
  );
}

/** Slots of table sync workers belong to their subscription. */
function isTableSyncSlot(name: string): boolean {
  return /^pg_\d+_sync_\d+_\d+$/u.test(name);
}
