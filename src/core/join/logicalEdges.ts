import type { EdgeSnapshot } from '../snapshot';
import { finishEdge, type VerdictBook } from './draft';
import { judgeLogical } from './logicalVerdict';
import { EMPTY_EDGE_MEMORY, type EdgeMemory } from './memory';
import { peersOf, type NodeView, type Scene } from './scene';
import { isTableSyncName } from './senderOfStandby';

/** The edges of all subscriptions, those that the servers have beside the file included. */
export interface LogicalEdges {
  readonly edges: readonly EdgeSnapshot[];
  readonly memories: ReadonlyMap<string, EdgeMemory>;
}

/** Joins each subscription with its publisher by slot name in the publisher's database, never by host name. */
export function joinLogicalEdges(scene: Scene, book: VerdictBook): LogicalEdges {
  const edges: EdgeSnapshot[] = [];
  const memories = new Map<string, EdgeMemory>();
  for (const subscriber of scene.views.values()) {
    for (const subscription of subscriptionsOf(scene, subscriber)) {
      const id = `logical/${subscriber.node.id}/${subscription.name}`;
      const draft = judgeLogical({
        scene,
        subscriber,
        publisher: subscription.publisher,
        name: subscription.name,
        slotName: subscription.slotName,
        past: scene.memory.edges.get(id) ?? EMPTY_EDGE_MEMORY,
      });
      memories.set(id, draft.memory);
      const who = {
        id,
        kind: 'logical' as const,
        name: subscription.name,
        from: subscription.publisher?.node.id ?? null,
        to: subscriber.node.id,
        isDeclared: subscription.isDeclared,
      };
      edges.push(finishEdge(who, draft, book));
    }
  }
  return { edges, memories };
}

interface FoundSubscription {
  readonly name: string;
  readonly slotName: string;
  readonly publisher: NodeView | null;
  readonly isDeclared: boolean;
}

function subscriptionsOf(scene: Scene, subscriber: NodeView): readonly FoundSubscription[] {
  const declared = subscriber.node.subscriptions.map((subscription) => ({
    name: subscription.name,
    slotName: subscription.slotName,
    publisher: scene.views.get(subscription.publisher) ?? null,
    isDeclared: true,
  }));
  // A standby shows its primary's catalog, and another node may look at the same database: said once, there.
  if (subscriber.fast?.isInRecovery !== false || isRepeated(scene, subscriber)) return declared;
  const names = new Set(declared.map((subscription) => subscription.name));
  const others = subscriber.fast.subscriptions
    .filter((facts) => !names.has(facts.name) && !isTableSyncName(facts.name))
    .map((facts) => {
      const slotName = facts.slotName ?? facts.name;
      const publisher = publisherBySlot(scene, subscriber, slotName);
      return { name: facts.name, slotName, publisher, isDeclared: false };
    });
  return [...declared, ...others];
}

function isRepeated(scene: Scene, subscriber: NodeView): boolean {
  const sameDatabase = peersOf(scene, subscriber).find(
    (peer) => peer.fast !== null && peer.fast.database === subscriber.fast?.database,
  );
  return sameDatabase !== subscriber;
}

/** The one node with a logical slot of this name; `null` when none or several have one. */
function publisherBySlot(scene: Scene, subscriber: NodeView, slotName: string): NodeView | null {
  const found = [...scene.views.values()].filter(
    (view) =>
      view !== subscriber &&
      view.fast?.isInRecovery === false &&
      view.fast.slots.some(
        (slot) =>
          slot.name === slotName &&
          slot.type === 'logical' &&
          slot.database === view.fast?.database,
      ),
  );
  return found.length === 1 ? (found[0] ?? null) : null;
}
