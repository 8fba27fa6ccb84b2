import { window } from 'vscode';
import type { ConflictDetails } from '../../core/queue/conflict';
import { operationSubject } from '../../core/queue/queueSubject';
import { say } from '../../core/say';
import { askOne } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import type { Target } from '../target';
import { chooseConflict } from './chooseConflict';
import { conflictSentence, showBase, showConflictRows } from './conflictView';
import type { QueueChoice } from './pickQueue';

const TITLE = say`Show Conflict`;
const KEEP_PRIMARY = say`Keep Primary…`;
const KEEP_EDGE = say`Keep Edge…`;
const MERGE = say`Edit Merged…`;
const MORE = say`More…`;

/** Opens a conflict as a comparison of both rows, and offers what can be decided. Changes nothing. */
export async function showConflictWork(deps: CommandDeps, target: Target | null): Promise<void> {
  const found = await chooseConflict(deps, target, { title: TITLE, changes: false });
  if (found === null) return;
  await layBefore(deps, found.chosen, found.details);
}

/** The comparison, and beside it what can be decided. */
export async function layBefore(
  deps: CommandDeps,
  chosen: QueueChoice,
  details: ConflictDetails,
): Promise<void> {
  await showConflictRows(deps, details, chosen.nodeId);
  offer(deps, chosen, details);
}

/** Nobody waits for the answer: the comparison is there to be read first. */
function offer(deps: CommandDeps, chosen: QueueChoice, details: ConflictDetails): void {
  const target = {
    topologyId: chosen.topologyId,
    subject: operationSubject(chosen.queueId, details.operationId),
  };
  const act = async (): Promise<void> => {
    const choice = await window.showInformationMessage(
      deps.redact(conflictSentence(details)),
      KEEP_PRIMARY,
      KEEP_EDGE,
      MERGE,
      MORE,
    );
    if (choice === KEEP_PRIMARY) await deps.runCommand('keepPrimary', target);
    if (choice === KEEP_EDGE) await deps.runCommand('keepEdge', target);
    if (choice === MERGE) await deps.runCommand('editAndApplyMerged', target);
    if (choice === MORE) await offerMore(deps, chosen, details, target);
  };
  act().catch((error: unknown) => {
    deps.log.error(`A conflict could not be followed: ${String(error)}`);
  });
}

async function offerMore(
  deps: CommandDeps,
  chosen: QueueChoice,
  details: ConflictDetails,
  target: Target,
): Promise<void> {
  const answer = await askOne<'drop' | 'base' | 'export'>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`What about this conflict?`,
    items: [
      ...(details.base === null
        ? []
        : [{ label: say`$(diff) Show What the Edge Changed It From`, value: 'base' as const }]),
      { label: say`$(file-code) Export Queue as SQL`, value: 'export' },
      { label: say`$(trash) Drop Operation…`, description: say`the primary stays`, value: 'drop' },
    ],
  });
  if (answer === 'base') await showBase(deps, details, chosen.nodeId);
  if (answer === 'export') await deps.runCommand('exportQueueSql', target);
  if (answer === 'drop') await deps.runCommand('dropOperation', target);
}
