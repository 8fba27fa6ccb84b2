import { parseConnectionString } from '../../connectionString';
import { SECRET_KEYWORDS } from '../../connectionStringKeywords';
import type { ConnectionParams, DeclaredSubscription, Topology } from '../../topology';
import type { NodeCatalog } from '../nodeCatalog';
import { scopeOf } from './changesScope';
import { knownLogin } from './loginNeeds';

/** Subscriptions that are to be made, of which the file does not say how their server signs in at the publisher. */
export interface SignInNeed {
  readonly publisherId: string;
  /** `null`: the file does not say as whom. */
  readonly role: string | null;
  readonly subscriptions: readonly { readonly nodeId: string; readonly name: string }[];
}

/** A subscription that is to be made. */
export interface MissingSubscription {
  readonly nodeId: string;
  readonly declared: DeclaredSubscription;
  /** Its `connection` in the file, without secrets; empty when the file says none. */
  readonly params: ConnectionParams;
}

type Catalogs = ReadonlyMap<string, NodeCatalog>;

/** Subscriptions of the file that their node lacks, where node and publisher were read. */
export function missingSubscriptions(
  topology: Topology,
  nodeIds: readonly string[] | null,
  catalogs: Catalogs,
): readonly MissingSubscription[] {
  return scopeOf(topology, nodeIds).flatMap((node) => {
    const catalog = catalogs.get(node.id);
    if (catalog === undefined || catalog.server.isInRecovery) return [];
    return node.subscriptions
      .filter(({ name }) => !catalog.subscriptions.some((one) => one.name === name))
      .filter(({ publisher }) => catalogs.has(publisher))
      .map((declared) => ({
        nodeId: node.id,
        declared,
        params: openParams(declared.connection),
      }));
  });
}

/** What has to be asked before they can be made: once for each role on each publisher. */
export function signInNeeds(missing: readonly MissingSubscription[]): readonly SignInNeed[] {
  const needs = new Map<string, SignInNeed>();
  for (const { nodeId, declared, params } of missing) {
    const isSaid = ['passfile', 'service', 'sslcert'].some((key) => params[key] !== undefined);
    if (isSaid) continue;
    const { publisher: publisherId, name } = declared;
    const role = params['user'] ?? null;
    const key = JSON.stringify([publisherId, role]);
    const before = needs.get(key)?.subscriptions ?? [];
    needs.set(key, { publisherId, role, subscriptions: [...before, { nodeId, name }] });
  }
  return [...needs.values()];
}

/** The roles that subscriptions of these nodes log in as, as far as anybody tells, by publisher. */
export function knownLogins(
  topology: Topology,
  nodeIds: readonly string[] | null,
  catalogs: Catalogs,
): Readonly<Record<string, readonly string[]>> {
  const logins = new Map<string, readonly string[]>();
  for (const node of scopeOf(topology, nodeIds)) {
    for (const declared of node.subscriptions) {
      const role = knownLogin(node.id, declared, catalogs);
      const known = logins.get(declared.publisher) ?? [];
      if (role !== null) logins.set(declared.publisher, [...known, role]);
    }
  }
  return Object.fromEntries(logins);
}

function openParams(connection: string | null): ConnectionParams {
  const params = connection === null ? null : parseConnectionString(connection).params;
  return Object.fromEntries(
    Object.entries(params ?? {}).filter(([keyword]) => !SECRET_KEYWORDS.has(keyword)),
  );
}
