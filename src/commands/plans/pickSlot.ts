import { QuickPickItemKind } from 'vscode';
import { slotRowText } from '../../core/describe/slotText';
import { say } from '../../core/say';
import type { SlotSnapshot, TopologySnapshot } from '../../core/snapshot';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { toNodeRef, type Target } from '../target';
import { sayNoNode } from './pickNode';

/** One slot of one declared node. */
export interface SlotChoice {
  readonly topologyId: string;
  readonly nodeId: string;
  readonly name: string;
}

/**
 * The slot that a click in the tree gave, else one that is asked for: of the node that was clicked, or of all.
 * @returns `null` when the user dismissed the question, or there is none, which is said
 */
export async function pickSlot(
  deps: Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand'>,
  target: Target | null,
  title: string,
): Promise<SlotChoice | null> {
  const snapshots = deps.monitor.current();
  const { nodeId = null, topologyId = null } = target === null ? {} : toNodeRef(target, snapshots);
  const items = snapshots
    .filter(({ id }) => topologyId === null || id === topologyId)
    .flatMap((snapshot) => itemsOf(snapshot, nodeId, deps.clock.nowMs()));
  const choices = items.flatMap(({ value }) => (value === null ? [] : [value]));
  const given = choices.find(({ nodeId: at, name }) => target?.subject === `slot/${at}/${name}`);
  if (given !== undefined) return given;
  if (choices.length === 0) {
    sayNoNode(deps, say`${title} needs a replication slot.`);
    return null;
  }
  const picked = await askOne({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`Which slot?`,
    items,
  });
  return picked === 'back' ? null : picked;
}

function itemsOf(
  snapshot: TopologySnapshot,
  nodeId: string | null,
  nowMs: number,
): readonly PickItem<SlotChoice>[] {
  const declared = new Set(snapshot.topology.nodes.map(({ id }) => id));
  const slots = snapshot.slots.filter(
    (slot) => declared.has(slot.nodeId) && (nodeId === null || slot.nodeId === nodeId),
  );
  if (slots.length === 0) return [];
  const separator: PickItem<SlotChoice> = {
    label: snapshot.topology.name,
    kind: QuickPickItemKind.Separator,
    value: null,
  };
  return [separator, ...slots.map((slot) => itemOf(snapshot.id, slot, nowMs))];
}

function itemOf(topologyId: string, slot: SlotSnapshot, nowMs: number): PickItem<SlotChoice> {
  const { icon, label, description } = slotRowText(slot, false, nowMs);
  return {
    label: `$(${icon.codicon}) ${label}`,
    description: `${slot.nodeId} · ${description}`,
    value: { topologyId, nodeId: slot.nodeId, name: slot.name },
  };
}
