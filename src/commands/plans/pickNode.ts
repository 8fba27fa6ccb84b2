import { QuickPickItemKind, window } from 'vscode';
import { nodeRowText } from '../../core/describe/nodeText';
import { SnapshotIndex } from '../../core/describe/snapshotIndex';
import { readOnlySentence } from '../../core/plan/readOnlyFindings';
import { say } from '../../core/say';
import type { NodeSnapshot, TopologySnapshot } from '../../core/snapshot';
import { isReadOnly } from '../../core/topology';
import { askOne, type PickItem } from '../../host/prompts';
import type { Answer, StepPlace } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import { toNodeRef, type Target } from '../target';

/** A declared node of one of the topologies. */
export interface NodeChoice {
  readonly topologyId: string;
  readonly nodeId: string;
}

/** Which nodes a command is for, and what it says where there is none. */
export interface NodeNeed {
  readonly fits: (node: NodeSnapshot, snapshot: TopologySnapshot) => boolean;
  /** Follows "No node can do this: "; a finished sentence. */
  readonly lack: string;
}

/** Nodes that take changes: not read-only in the file, and by the server where it was asked, else by the file. */
export function takesChanges(node: NodeSnapshot, snapshot: TopologySnapshot): boolean {
  if (!node.isDeclared || isReadOnly(snapshot.topology, node.id)) return false;
  const isInRecovery = node.sample.fast?.isInRecovery ?? null;
  if (isInRecovery !== null) return !isInRecovery;
  return snapshot.topology.nodes.find(({ id }) => id === node.id)?.standbyOf === null;
}

/**
 * The node that a click in the tree gave, when it fits. One that does not is explained.
 * @returns `null`: nothing was given, so the command asks; `'refused'`: it was explained
 */
export function givenNode(
  deps: Pick<CommandDeps, 'monitor'>,
  target: Target | null,
  chooseAnother: () => Promise<void>,
): NodeChoice | 'refused' | null {
  if (target === null) return null;
  const snapshots = deps.monitor.current();
  const { topologyId, nodeId } = toNodeRef(target, snapshots);
  const snapshot = snapshots.find(({ id }) => id === topologyId);
  const node = snapshot?.nodes.find(({ id }) => id === nodeId);
  if (snapshot === undefined || nodeId === null || node === undefined) return null;
  if (takesChanges(node, snapshot)) return { topologyId, nodeId };
  const message = whyNot(node, snapshot);
  void window.showWarningMessage(message, say`Choose Another Node…`).then(async (choice) => {
    if (choice !== undefined) await chooseAnother();
  });
  return 'refused';
}

function whyNot({ id, isDeclared }: NodeSnapshot, { topology }: TopologySnapshot): string {
  if (!isDeclared) return say`${id.replace(/^undeclared\//u, '')} is not in the topology file.`;
  if (isReadOnly(topology, id)) return readOnlySentence(id);
  return say`${id} is a standby and takes no changes (25006).`;
}

/** The nodes that fit, worded as in the tree, by topology. */
export function nodeItems(
  snapshots: readonly TopologySnapshot[],
  nowMs: number,
  fits: NodeNeed['fits'],
): readonly PickItem<NodeChoice>[] {
  return snapshots.flatMap((snapshot) => {
    const index = new SnapshotIndex(snapshot, nowMs);
    const items = snapshot.nodes
      .filter((node) => fits(node, snapshot))
      .map((node): PickItem<NodeChoice> => {
        const text = nodeRowText(node, index);
        return {
          label: `$(${text.icon.codicon}) ${text.label}`,
          description: text.description,
          value: { topologyId: snapshot.id, nodeId: node.id },
        };
      });
    if (items.length === 0) return [];
    const separator: PickItem<NodeChoice> = {
      label: snapshot.topology.name,
      kind: QuickPickItemKind.Separator,
      value: null,
    };
    return snapshots.length > 1 ? [separator, ...items] : items;
  });
}

/** Asks for one of the nodes that fit; says so when there is none. */
export async function askNode(
  deps: Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand'>,
  place: StepPlace,
  options: NodeNeed & {
    readonly placeholder: string;
    readonly topologyId: string | null;
    readonly present: NodeChoice | null;
  },
): Promise<Answer<NodeChoice>> {
  const { topologyId, present, placeholder } = options;
  const snapshots = deps.monitor
    .current()
    .filter(({ id }) => topologyId === null || id === topologyId);
  const items = nodeItems(snapshots, deps.clock.nowMs(), options.fits);
  if (items.length === 0) {
    sayNoNode(deps, options.lack);
    return null;
  }
  return askOne({
    place,
    placeholder,
    items,
    isPresent: (value) =>
      value.topologyId === present?.topologyId && value.nodeId === present.nodeId,
  });
}

/** @param lack finished sentence */
export function sayNoNode(deps: Pick<CommandDeps, 'runCommand'>, lack: string): void {
  void window
    .showInformationMessage(say`No node can do this: ${lack}`, say`Open Topology File`)
    .then(async (choice) => {
      if (choice !== undefined) await deps.runCommand('openTopologyFile', null);
    });
}
