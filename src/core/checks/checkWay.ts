import { readOnlySentence } from '../plan/readOnlyFindings';
import { say } from '../say';
import { formatTableName } from '../tableName';
import type { EdgeSnapshot, TopologySnapshot } from '../snapshot';
import type { TableName } from '../topology';
import type { CheckProbe, InstalledSentinel } from './checkProbe';
import { nodeOf, publicationsOf, rootOf, type CheckTarget } from './checkTargets';

/** How an edge is checked. */
export type CheckWay =
  | { readonly kind: 'row'; readonly sentinels: readonly InstalledSentinel[] }
  /** `note`: why not by row though a table is there; `null` when none is. */
  | { readonly kind: 'marker'; readonly note: string | null };

/** The primary as a round finds it. */
export interface CheckRoot {
  readonly nodeId: string;
  readonly user: string;
  readonly sentinels: readonly UsableSentinel[];
}

/** A sentinel table, and why no token may go there: a finished sentence; `null` when one may. */
export type UsableSentinel = InstalledSentinel & { readonly unsafe: string | null };

/**
 * By row where a sentinel table is installed, written and read, and in step on this very edge; by marker everywhere else.
 * Never by row for a consumer: what it does with a row, nobody can ask it.
 * @param probe of the downstream node; `null` when it cannot be asked
 */
export function wayOf(target: CheckTarget, root: CheckRoot, probe: CheckProbe | null): CheckWay {
  if (probe === null) return { kind: 'marker', note: null };
  switch (target.edge.kind) {
    case 'consumer':
      return { kind: 'marker', note: null };
    case 'streaming':
      return wayOfStandby(target, root, probe);
    case 'logical':
      return wayOfSubscription(target, root, probe);
  }
}

/** Any table will do: a standby has them all. The one for standbys first, since nobody else has to take its tokens. */
function wayOfStandby(target: CheckTarget, root: CheckRoot, probe: CheckProbe): CheckWay {
  let note: string | null = null;
  for (const sentinel of root.sentinels) {
    const there = probe.tables.find(({ name }) => name === sentinel.table.name);
    if (sentinel.unsafe !== null) note ??= sentinel.unsafe;
    else if (there === undefined) note ??= lacks(target.edge.to, sentinel.table);
    else if (!sentinel.canWrite) note ??= mayNotWrite(root.user, sentinel.table, root.nodeId);
    else if (!there.canSelect) note ??= mayNotRead(probe.user, sentinel.table, target.edge.to);
    else return { kind: 'row', sentinels: [sentinel] };
  }
  return { kind: 'marker', note };
}

/** Every publication of the subscription that has a table gets its token, and all of them have to arrive. */
function wayOfSubscription(target: CheckTarget, root: CheckRoot, probe: CheckProbe): CheckWay {
  const own = root.sentinels.filter(
    ({ publication }) => publication !== null && target.publications.includes(publication),
  );
  if (own.length === 0) return { kind: 'marker', note: null };
  for (const sentinel of own) {
    const note = whyNotByRow(target, root, probe, sentinel);
    if (note !== null) return { kind: 'marker', note };
  }
  return { kind: 'row', sentinels: own };
}

function whyNotByRow(
  target: CheckTarget,
  root: CheckRoot,
  probe: CheckProbe,
  { table, canWrite, publishesDeletes, unsafe }: UsableSentinel,
): string | null {
  const nodeId = target.edge.to;
  const there = probe.tables.find(({ name }) => name === table.name);
  if (there === undefined) return lacks(nodeId, table);
  const state = there.states[target.edge.name];
  if (state !== 'r') {
    return state === undefined
      ? say`${target.edge.name} on ${nodeId} does not take ${formatTableName(table)} yet: refresh it.`
      : say`${formatTableName(table)} is not ready on ${nodeId} yet.`;
  }
  if (unsafe !== null) return unsafe;
  if (!canWrite) return mayNotWrite(root.user, table, root.nodeId);
  if (!there.canSelect) return mayNotRead(probe.user, table, nodeId);
  // Where deletes are not published, tokens would pile up downstream.
  if (!publishesDeletes && target.to?.access === 'readOnly') {
    return say`Tokens would pile up in ${formatTableName(table)}: ${readOnlySentence(nodeId)}`;
  }
  if (!publishesDeletes && !there.canDelete) {
    return say`Role ${probe.user} may not prune ${formatTableName(table)} on ${nodeId}.`;
  }
  return null;
}

function lacks(nodeId: string, table: TableName): string {
  return say`${nodeId} has no table ${formatTableName(table)}.`;
}

function mayNotWrite(user: string, table: TableName, nodeId: string): string {
  return say`Role ${user} may not write ${formatTableName(table)} on ${nodeId}.`;
}

function mayNotRead(user: string, table: TableName, nodeId: string): string {
  return say`Role ${user} may not read ${formatTableName(table)} on ${nodeId}.`;
}

/**
 * Marks the tables that no token may go to: a subscription that lacks one would stop at its first token, so a table that is
 * missing anywhere below this primary is left alone, whichever edge is checked.
 * @param probes of the nodes that were asked, by node id; of the others the monitor's last look counts
 */
export function markUnsafe(
  rootId: string,
  sentinels: readonly InstalledSentinel[],
  snapshot: TopologySnapshot,
  probes: ReadonlyMap<string, CheckProbe>,
): readonly UsableSentinel[] {
  return sentinels.map((sentinel) => {
    const [lacking] = edgesLacking(rootId, sentinel, snapshot, probes);
    const unsafe =
      lacking === undefined
        ? null
        : say`No token is written to ${formatTableName(sentinel.table)}: ${lacking.name} on ${lacking.to} lacks it and would stop.`;
    return { ...sentinel, unsafe };
  });
}

/** Logical edges below this primary that take the publication and have no such table. */
export function edgesLacking(
  rootId: string,
  { publication, table }: InstalledSentinel,
  snapshot: TopologySnapshot,
  probes: ReadonlyMap<string, CheckProbe>,
): readonly EdgeSnapshot[] {
  return snapshot.edges.filter(
    (edge) =>
      edge.kind === 'logical' &&
      isBelow(snapshot, edge.from, rootId) &&
      takes(snapshot, edge, publication) &&
      !hasTable(snapshot, edge, table, probes),
  );
}

function isBelow(snapshot: TopologySnapshot, from: string | null, rootId: string): boolean {
  const node = from === null ? undefined : nodeOf(snapshot, from);
  return node !== undefined && rootOf(snapshot, node)?.id === rootId;
}

function takes(
  snapshot: TopologySnapshot,
  edge: EdgeSnapshot,
  publication: string | null,
): boolean {
  return publication !== null && publicationsOf(snapshot, edge).includes(publication);
}

/** What is not known does not forbid: the plan that installed the table saw to every subscriber. */
function hasTable(
  snapshot: TopologySnapshot,
  edge: EdgeSnapshot,
  table: TableName,
  probes: ReadonlyMap<string, CheckProbe>,
): boolean {
  const probe = probes.get(edge.to);
  if (probe !== undefined) return probe.tables.some(({ name }) => name === table.name);
  const known = snapshot.nodes.find(({ id }) => id === edge.to)?.sample.slow?.subscriptionTables;
  if (known === undefined) return true;
  return known.some(
    ({ subscription, schema, name }) =>
      subscription === edge.name && schema === table.schema && name === table.name,
  );
}
