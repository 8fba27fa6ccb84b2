import type { FastFacts, SlotFacts } from '../facts';
import type { EdgeSnapshot, SlotReader, TableSyncSlot } from '../snapshot';
import { peersOf, type NodeView, type Scene } from './scene';

/** Who reads a slot: a node id, `node/subscription`, a consumer id; `null` when nobody is known. */
export interface Reader {
  readonly consumer: string | null;
  readonly isDeclared: boolean;
}

export function readerOf(
  scene: Scene,
  view: NodeView,
  slot: SlotFacts,
  edges: readonly EdgeSnapshot[],
): Reader {
  const edge = edges.find(
    (candidate) =>
      (candidate.kind === 'streaming') ===
        (slot.type === 'physical' && candidate.kind !== 'consumer') &&
      isServerOf(scene, candidate.from, view),
  );
  if (edge !== undefined) return { consumer: nameReader(edge), isDeclared: edge.isDeclared };
  return readerOfCopy(scene, view, slot, edges) ?? NOBODY;
}

const NOBODY: Reader = { consumer: null, isDeclared: false };

function nameReader(edge: EdgeSnapshot): string {
  return edge.kind === 'logical' ? `${edge.to}/${edge.name}` : edge.to;
}

function isServerOf(scene: Scene, nodeId: string | null, view: NodeView): boolean {
  return nodeId !== null && peersOf(scene, view).some((peer) => peer.node.id === nodeId);
}

export function readerOfTableSync({ of, isLeft }: TableSyncSlot): Reader {
  return of === null || isLeft === true ? NOBODY : { consumer: of, isDeclared: true };
}

/** The process that reads it now. */
export function processOf({ activePid }: SlotFacts, { senders }: FastFacts): SlotReader | null {
  if (activePid === null) return null;
  const sender = senders.find(({ pid }) => pid === activePid);
  return {
    pid: activePid,
    isSender: sender !== undefined,
    applicationName: sender?.applicationName ?? null,
    clientAddress: sender?.clientAddress ?? null,
  };
}

/** A logical slot that a standby keeps in step with its upstream (17 and newer) has the reader of the original. */
function readerOfCopy(
  scene: Scene,
  view: NodeView,
  slot: SlotFacts,
  edges: readonly EdgeSnapshot[],
): Reader | null {
  if (view.fast?.isInRecovery !== true || slot.type !== 'logical') return null;
  const original = edges.find(
    (edge) =>
      edge.kind !== 'streaming' &&
      edge.from !== null &&
      scene.views.get(edge.from)?.fast?.systemIdentifier === view.fast?.systemIdentifier,
  );
  if (original === undefined) return null;
  return { consumer: nameReader(original), isDeclared: original.isDeclared };
}
