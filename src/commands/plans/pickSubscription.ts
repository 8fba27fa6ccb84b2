import { QuickPickItemKind } from 'vscode';
import { subscriptionRowText } from '../../core/describe/childTexts';
import type { SubscriptionFacts } from '../../core/facts';
import type { EdgeSnapshot, TopologySnapshot } from '../../core/snapshot';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { toNodeRef, type Target } from '../target';
import { sayNoNode } from './pickNode';

/** One subscription of one declared node. */
export interface SubscriptionChoice {
  readonly topologyId: string;
  readonly nodeId: string;
  readonly name: string;
  /** Where it comes from; `null` when that is not in the file. */
  readonly publisherId: string | null;
}

export interface SubscriptionNeed {
  /** Title of the command, without an ellipsis. */
  readonly title: string;
  readonly placeholder: string;
  /** Follows "No node can do this: "; a finished sentence. */
  readonly lack: string;
  /** By what its server says; `null` when that is not known. */
  readonly fits: (found: SubscriptionFacts | null) => boolean;
}

/**
 * The subscription that a click in the tree gave, else one of those that fit: of the node that was clicked, or of all.
 * @returns `null` when the user dismissed the question, or there is none, which is said
 */
export async function pickSubscription(
  deps: Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand'>,
  target: Target | null,
  need: SubscriptionNeed,
): Promise<SubscriptionChoice | null> {
  const snapshots = deps.monitor.current();
  const given = target === null ? null : givenSubscription(snapshots, target);
  if (given !== null) return given;
  const nodeId = target === null ? null : toNodeRef(target, snapshots).nodeId;
  const items = snapshots
    .filter(({ id }) => target === null || id === target.topologyId)
    .flatMap((snapshot) => itemsOf(snapshot, nodeId, need, deps.clock.nowMs()));
  const choices = items.flatMap(({ value }) => (value === null ? [] : [value]));
  if (choices.length === 0) {
    sayNoNode(deps, need.lack);
    return null;
  }
  const picked = await askOne({
    place: { title: need.title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: need.placeholder,
    items,
  });
  return picked === 'back' ? null : picked;
}

function givenSubscription(
  snapshots: readonly TopologySnapshot[],
  { topologyId, subject }: Target,
): SubscriptionChoice | null {
  const snapshot = snapshots.find(({ id }) => id === topologyId);
  const edge = snapshot?.edges.find(({ id, kind }) => id === subject && kind === 'logical');
  return snapshot === undefined || edge === undefined ? null : choiceOf(snapshot, edge);
}

function choiceOf(snapshot: TopologySnapshot, edge: EdgeSnapshot): SubscriptionChoice | null {
  if (!snapshot.topology.nodes.some(({ id }) => id === edge.to)) return null;
  const { name, to: nodeId, from: publisherId } = edge;
  return { topologyId: snapshot.id, nodeId, name, publisherId };
}

function itemsOf(
  snapshot: TopologySnapshot,
  nodeId: string | null,
  { fits }: SubscriptionNeed,
  nowMs: number,
): readonly PickItem<SubscriptionChoice>[] {
  const items = snapshot.edges
    .filter((edge) => edge.kind === 'logical' && (nodeId === null || edge.to === nodeId))
    .filter((edge) => fits(factsOf(snapshot, edge)))
    .flatMap((edge): readonly PickItem<SubscriptionChoice>[] => {
      const value = choiceOf(snapshot, edge);
      if (value === null) return [];
      const { icon, label, description } = subscriptionRowText(edge, nowMs);
      return [
        {
          label: `$(${icon.codicon}) ${label}`,
          description: `${edge.to} · ${description}`,
          value,
        },
      ];
    });
  if (items.length === 0) return [];
  const separator: PickItem<SubscriptionChoice> = {
    label: snapshot.topology.name,
    kind: QuickPickItemKind.Separator,
    value: null,
  };
  return [separator, ...items];
}

function factsOf(snapshot: TopologySnapshot, edge: EdgeSnapshot): SubscriptionFacts | null {
  const fast = snapshot.nodes.find(({ id }) => id === edge.to)?.sample.fast;
  return fast?.subscriptions.find(({ name }) => name === edge.name) ?? null;
}
