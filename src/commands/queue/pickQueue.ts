import { QuickPickItemKind, window } from 'vscode';
import { queueWords } from '../../core/describe/queueText';
import type { QueueAddress } from '../../core/queue/drain';
import { operationGroupOf, operationOf, type OperationGroup } from '../../core/queue/queueSubject';
import { say } from '../../core/say';
import type { QueueSnapshot, TopologySnapshot } from '../../core/snapshot';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { sayNoNode } from '../plans/pickNode';
import { toNodeRef, type Target } from '../target';

/** A queue, and where they were clicked on, one of its operations or all of a kind. */
export interface QueueChoice extends QueueAddress {
  readonly queueId: string;
  readonly operationId: string | null;
  readonly group: OperationGroup | null;
}

/**
 * The queue that a click gave, else one that the user picks; a single one is taken without a question.
 * @returns `null` when there is none, which is said, or the user gave up
 */
export async function pickQueue(
  deps: Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand'>,
  target: Target | null,
  title: string,
): Promise<QueueChoice | null> {
  const snapshots = deps.monitor.current();
  const { topologyId = null, nodeId = null } = target === null ? {} : toNodeRef(target, snapshots);
  const about = snapshots.filter(({ id }) => topologyId === null || id === topologyId);
  const fits = (queue: QueueSnapshot) => nodeId === null || queue.nodeId === nodeId;
  const found = about.flatMap((snapshot) =>
    snapshot.queues.filter(fits).map((queue) => ({ snapshot, queue })),
  );
  const operationId = operationOf(target?.subject ?? '')?.operationId ?? null;
  const group = operationGroupOf(target?.subject ?? '');
  const choiceOf = (snapshot: TopologySnapshot, queue: QueueSnapshot): QueueChoice => ({
    topologyId: snapshot.id,
    nodeId: queue.nodeId,
    queueId: queue.id,
    operationId,
    group,
  });
  const [only] = found;
  if (only === undefined) {
    if (nodeId === null) sayNoNode(deps, say`${title} needs an edge with a queue ("pendingSync").`);
    else void window.showInformationMessage(say`The topology file declares no queue of ${nodeId}.`);
    return null;
  }
  if (found.length === 1) return choiceOf(only.snapshot, only.queue);
  const answer = await askOne<QueueChoice>({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`Which queue?`,
    items: itemsOf(about, fits, choiceOf, deps.clock.nowMs()),
  });
  return answer === 'back' ? null : answer;
}

function itemsOf(
  snapshots: readonly TopologySnapshot[],
  fits: (queue: QueueSnapshot) => boolean,
  choiceOf: (snapshot: TopologySnapshot, queue: QueueSnapshot) => QueueChoice,
  nowMs: number,
): readonly PickItem<QueueChoice>[] {
  return snapshots.flatMap((snapshot) => {
    const items = snapshot.queues.filter(fits).map((queue) => ({
      label: `$(inbox) ${queue.nodeId}`,
      description: say`to ${queue.primaryId} · ${queueWords(queue, nowMs)}`,
      value: choiceOf(snapshot, queue),
    }));
    if (items.length === 0 || snapshots.length === 1) return items;
    const name = snapshot.topology.name;
    return [{ label: name, kind: QuickPickItemKind.Separator, value: null }, ...items];
  });
}
