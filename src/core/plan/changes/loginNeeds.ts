import type { DeclaredSubscription, TopologyNode } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import { subscribedTables, type SubscribedTable } from '../subscribedTables';
import { runningLogin, saidLogin } from '../subscriptionLogin';
import { uniqueTables } from '../tableLookup';
import type { PlanChangesRequest } from './changesRequest';
import { desiredPublications, futurePublisher } from './desiredObjects';

/** A role on a publisher that subscriptions of the file log in as, and what it has to read there. */
export interface LoginNeed {
  readonly publisherId: string;
  readonly role: string;
  readonly tables: readonly SubscribedTable[];
  /** `node.subscription`, for people. */
  readonly subscriptions: readonly string[];
}

/** The roles that subscriptions of these nodes log in as, each once for each publisher that was read. */
export function loginNeeds(
  nodes: readonly TopologyNode[],
  context: PlanContext,
  request: Pick<PlanChangesRequest, 'signIns' | 'drops'>,
): readonly LoginNeed[] {
  const needs = new Map<string, LoginNeed>();
  for (const node of nodes) {
    for (const declared of node.subscriptions) {
      const role =
        givenRole(node.id, declared, request) ?? knownLogin(node.id, declared, context.catalogs);
      const publisher = futureOf(declared.publisher, context, request.drops);
      if (role === null || publisher === null) continue;
      const key = JSON.stringify([declared.publisher, role]);
      const before = needs.get(key);
      needs.set(key, {
        publisherId: declared.publisher,
        role,
        tables: uniqueTables([
          ...(before?.tables ?? []),
          ...copiedTables(node.id, declared, publisher, context, request.drops),
        ]),
        subscriptions: [...(before?.subscriptions ?? []), `${node.id}.${declared.name}`],
      });
    }
  }
  return [...needs.values()];
}

/**
 * The role that a subscription logs in as: by the file, else as its walsender runs now; `null` when neither tells.
 * @see pg_stat_activity
 */
export function knownLogin(
  nodeId: string,
  { name, connection, publisher }: DeclaredSubscription,
  catalogs: PlanContext['catalogs'],
): string | null {
  return saidLogin(connection) ?? runningLogin(catalogs, { nodeId, name, publisherId: publisher });
}

function givenRole(
  nodeId: string,
  { name }: DeclaredSubscription,
  { signIns }: Pick<PlanChangesRequest, 'signIns'>,
): string | null {
  const signIn = signIns.find((one) => one.nodeId === nodeId && one.subscription === name);
  const given = signIn?.connection.find(({ keyword }) => keyword === 'user')?.value;
  return typeof given === 'string' ? given : null;
}

function futureOf(publisherId: string, context: PlanContext, drops: boolean): NodeCatalog | null {
  const catalog = context.catalogs.get(publisherId);
  const node = context.topology.nodes.find(({ id }) => id === publisherId);
  if (catalog === undefined || node === undefined) return null;
  return futurePublisher(catalog, node, context.definitions.get(publisherId) ?? [], drops);
}

/** What its first copy reads: none, where nothing is copied. */
function copiedTables(
  nodeId: string,
  declared: DeclaredSubscription,
  publisher: NodeCatalog,
  { catalogs }: PlanContext,
  drops: boolean,
): readonly SubscribedTable[] {
  if (declared.options['copyData'] === false) return [];
  const present =
    catalogs.get(nodeId)?.subscriptions.find(({ name }) => name === declared.name) ?? null;
  return subscribedTables(publisher, desiredPublications(declared, present, drops));
}
