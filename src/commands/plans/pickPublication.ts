import { QuickPickItemKind } from 'vscode';
import { publicationOf, publicationsOf } from '../../core/describe/publicationSubject';
import { parseConnectionString } from '../../core/connectionString';
import { formatCounted } from '../../core/format';
import { say } from '../../core/say';
import type { TopologySnapshot } from '../../core/snapshot';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { toNodeRef, type Target } from '../target';
import { sayNoNode, takesChanges } from './pickNode';
import type { RolesToCheck } from './planWork';

/** One publication of one declared node. */
export interface PublicationChoice {
  readonly topologyId: string;
  readonly nodeId: string;
  readonly name: string;
}

export interface PublicationNeed {
  /** Title of the command, without an ellipsis. */
  readonly title: string;
  readonly placeholder: string;
}

/**
 * The publication that a click in the tree gave, else one of a node that takes changes: of the node that was clicked, or
 * of all.
 * @returns `null` when the user dismissed the question, or there is none, which is said
 */
export async function pickPublication(
  deps: Pick<CommandDeps, 'monitor' | 'runCommand'>,
  target: Target | null,
  { title, placeholder }: PublicationNeed,
): Promise<PublicationChoice | null> {
  const snapshots = deps.monitor
    .current()
    .filter(({ id }) => target === null || id === target.topologyId);
  const [only] = snapshots;
  const subject = target?.subject ?? null;
  const given = only === undefined || subject === null ? null : publicationOf(only, subject);
  if (only !== undefined && given !== null) return { topologyId: only.id, ...given };
  const nodeId = target === null ? null : toNodeRef(target, snapshots).nodeId;
  const items = snapshots.flatMap((snapshot) => itemsOf(snapshot, nodeId));
  if (items.length === 0) {
    sayNoNode(deps, say`${title} needs a publication on a node that takes changes.`);
    return null;
  }
  const picked = await askOne({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder,
    items,
  });
  return picked === 'back' ? null : picked;
}

function itemsOf(
  snapshot: TopologySnapshot,
  nodeId: string | null,
): readonly PickItem<PublicationChoice>[] {
  const items = publicationsOf(snapshot)
    .filter((one) => nodeId === null || one.nodeId === nodeId)
    .filter((one) => {
      const node = snapshot.nodes.find(({ id }) => id === one.nodeId);
      return node !== undefined && takesChanges(node, snapshot);
    })
    .map((one): PickItem<PublicationChoice> => {
      const count = declaredSubscribersOf(snapshot, one);
      return {
        label: `$(broadcast) ${one.name}`,
        description: [
          one.nodeId,
          ...(count === 0 ? [] : [formatCounted(count, 'subscriber')]),
        ].join(' · '),
        value: { topologyId: snapshot.id, ...one },
      };
    });
  if (items.length === 0) return [];
  const separator: PickItem<PublicationChoice> = {
    label: snapshot.topology.name,
    kind: QuickPickItemKind.Separator,
    value: null,
  };
  return [separator, ...items];
}

/** As the row of a publication counts them. */
function declaredSubscribersOf(
  { topology }: TopologySnapshot,
  { nodeId, name }: { readonly nodeId: string; readonly name: string },
): number {
  return topology.nodes
    .flatMap(({ subscriptions }) => subscriptions)
    .filter(({ publisher, publications }) => publisher === nodeId && publications.includes(name))
    .length;
}

/** Declared nodes that subscribe to this one, by the monitor and by the file. */
export function readersOf(
  { edges, topology }: Pick<TopologySnapshot, 'edges' | 'topology'>,
  publisherId: string,
): readonly string[] {
  return topology.nodes
    .filter(
      ({ id, subscriptions }) =>
        edges.some(
          ({ kind, from, to }) => kind === 'logical' && from === publisherId && to === id,
        ) || subscriptions.some(({ publisher }) => publisher === publisherId),
    )
    .map(({ id }) => id);
}

/** Those of them that the monitor reaches: a change that can do without the others must not need them. */
export function reachableReadersOf(
  snapshot: TopologySnapshot,
  publisherId: string,
): readonly string[] {
  return readersOf(snapshot, publisherId).filter(
    (nodeId) => snapshot.nodes.find(({ id }) => id === nodeId)?.sample.contact === 'connected',
  );
}

/** As whom subscriptions sign in at a publisher, as far as the file says. */
export function loginRolesAt(
  { topology }: Pick<TopologySnapshot, 'topology'>,
  publisherId: string,
): RolesToCheck {
  const users = topology.nodes
    .flatMap(({ subscriptions }) => subscriptions)
    .filter(({ publisher }) => publisher === publisherId)
    .flatMap(({ connection }) =>
      connection === null ? [] : (parseConnectionString(connection).params?.['user'] ?? []),
    );
  return { [publisherId]: [...new Set(users)] };
}
