import { ProgressLocation, window } from 'vscode';
import { formatCount, formatCounted } from '../../core/format';
import {
  CONFLICT_LIST_LIMIT,
  type ChoiceResult,
  type ConflictChoice,
  type ConflictDetails,
  type ShownConflict,
} from '../../core/queue/conflict';
import { choiceWords } from '../../core/queue/conflictWords';
import { decisionSentence } from '../../core/queue/decisionText';
import type { QueueAddress } from '../../core/queue/drain';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import { signalOf, whileReading } from '../plans/progress';
import type { Target } from '../target';
import { confirmAct } from './confirmAct';
import { conflictName, readConflict, sayDecided } from './conflictView';
import { enterQueue, type EnteredQueue } from './enterQueue';
import { pickOperations, type PickedOperations } from './pickOperations';
import { pickQueue, type QueueChoice } from './pickQueue';
import { layBefore } from './showConflictWork';

/** A choice that needs no text, for one conflict or for many. */
export type SimpleChoice = 'keepPrimary' | 'keepEdge' | 'drop';

interface ChoiceText {
  readonly title: string;
  /** Begin the question, before what it is about: of one, and of many. */
  readonly verb: string;
  readonly verbOfMany: string;
  readonly purpose: string;
}

const TEXTS: Readonly<Record<SimpleChoice, ChoiceText>> = {
  keepPrimary: {
    title: say`Keep Primary`,
    verb: say`Keep the primary's row of`,
    verbOfMany: say`Keep the primary's rows of`,
    purpose: say`keep the primary's`,
  },
  keepEdge: {
    title: say`Keep Edge`,
    verb: say`Write the edge's row of`,
    verbOfMany: say`Write the edge's rows of`,
    purpose: say`write the edge's`,
  },
  drop: {
    title: say`Drop Operation`,
    verb: say`Drop the operation on`,
    verbOfMany: say`Drop the operations of`,
    purpose: say`drop it`,
  },
};

/** What a choice is about, as it was read: whatever changes after that is noticed when it is written. */
interface Shown {
  readonly conflicts: readonly ShownConflict[];
  /** Where it is a single one. */
  readonly details: ConflictDetails | null;
  /** Where all are of one table. */
  readonly table: TableName | null;
  readonly isCut: boolean;
}

/** Carries out one choice for the conflict or the group that was clicked, or for what the user picks, after he has confirmed it. */
export async function decideAll(
  deps: CommandDeps,
  target: Target | null,
  kind: SimpleChoice,
): Promise<void> {
  const { title } = TEXTS[kind];
  const chosen = await pickQueue(deps, target, title);
  if (chosen === null) return;
  const options = { title, changes: true, mayPrimaryBeAway: true };
  const entered = await enterQueue(deps, chosen, options);
  if (entered === null) return;
  const picked = await pickOperations(deps, chosen, { title, state: 'conflict' });
  if (picked === null) return;
  const shown = await readShown(deps, chosen, picked, title);
  if (shown === null || !(await isConfirmed(kind, shown, entered))) return;
  await decideEach(deps, chosen, shown.conflicts, { kind }, async (results) =>
    tell(deps, chosen, kind, shown, results),
  );
}

/** @returns `null` where there is none any more, which is said */
async function readShown(
  deps: CommandDeps,
  chosen: QueueChoice,
  picked: PickedOperations,
  title: string,
): Promise<Shown | null> {
  if (picked.kind === 'one') {
    const details = await readConflict(deps, chosen, picked.operationId, title);
    if (details === null) return null;
    return { conflicts: [details], details, table: details.table, isCut: false };
  }
  const { conflicts, isCut } = await whileReading(say`${title}: reading`, async (signal) =>
    deps.queues.listConflicts(chosen, picked.filter, signal),
  );
  if (conflicts.length > 0) return { conflicts, details: null, table: picked.table, isCut };
  sayDecided();
  return null;
}

async function isConfirmed(
  kind: SimpleChoice,
  { conflicts, details, table, isCut }: Shown,
  { edge, environment, queue }: EnteredQueue,
): Promise<boolean> {
  const { title, verb, verbOfMany, purpose } = TEXTS[kind];
  const place = showEscaped(conflicts[0]?.primaryId ?? queue.primary);
  const count = formatCounted(conflicts.length, 'conflict');
  const of = table === null ? count : say`${count} in ${showEscaped(formatTableName(table))}`;
  const limit = isCut
    ? say` These are the first ${formatCount(CONFLICT_LIST_LIMIT)}; there are more.`
    : '';
  return confirmAct({
    message:
      details === null
        ? say`${verbOfMany} ${of} on ${place}?`
        : say`${verb} ${conflictName(details)} on ${place}?`,
    detail: say`${effectOf(kind, details)} ${details === null ? say`Rows that have` : say`A row that has`} changed again meanwhile ${details === null ? say`are` : say`is`} left alone.${limit}`,
    button: details === null ? say`${title} of ${formatCount(conflicts.length)}` : title,
    mustType: environment === 'production' ? edge.id : null,
    purpose: say`${purpose} in production`,
  });
}

function effectOf(kind: SimpleChoice, details: ConflictDetails | null): string {
  if (details !== null) {
    const words = choiceWords(details);
    return kind === 'keepEdge' ? words.keepEdge : words.keepPrimary;
  }
  return kind === 'keepEdge'
    ? say`What the edge wrote is written to the primary; each version of the primary's that it replaces is kept with its conflict.`
    : say`The primary's rows stay as they are. The edge's versions are kept with the conflicts.`;
}

/**
 * Decides one after the other, and writes each into the audit log: no values, no keys. The tree shows at once what is left.
 * @param tell gets what became of those that were tried, also when a failure ended it
 */
export async function decideEach(
  deps: CommandDeps,
  { topologyId, nodeId }: QueueAddress,
  shown: readonly ShownConflict[],
  choice: ConflictChoice,
  tell: (results: readonly ChoiceResult[]) => Promise<void>,
): Promise<void> {
  const title = choice.kind === 'merged' ? say`Apply Merged` : TEXTS[choice.kind].title;
  const address = { topologyId, nodeId };
  const results: ChoiceResult[] = [];
  const primaryIds = [...new Set(shown.map(({ primaryId }) => primaryId))];
  try {
    await window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: shown.length > 1 },
      async (progress, token) => {
        const note = (result: ChoiceResult, { operationId, primaryId }: ShownConflict): void => {
          const code =
            result.kind === 'refused' && result.sqlstate !== null ? ` (${result.sqlstate})` : '';
          deps.audit.note(
            say`${title} of operation ${operationId}, ${nodeId} to ${primaryId}: ${result.kind}${code}`,
          );
          results.push(result);
          const message = say`${formatCount(results.length)} of ${formatCount(shown.length)}`;
          progress.report({ message, increment: 100 / shown.length });
        };
        await deps.queues.decide(address, shown, choice, note, signalOf(token));
      },
    );
  } finally {
    if (results.length > 0) await tell(results);
    await refreshEnds(deps, address, primaryIds);
  }
}

async function tell(
  deps: CommandDeps,
  chosen: QueueChoice,
  kind: SimpleChoice,
  { conflicts, details }: Shown,
  results: readonly ChoiceResult[],
): Promise<void> {
  const { title } = TEXTS[kind];
  const place = conflicts[0]?.primaryId ?? '';
  const sentence = decisionSentence(title, results, conflicts.length, place);
  const text = deps.redact(showEscaped(sentence));
  const isSmooth = results.every((result) => result.kind === 'done' || result.kind === 'gone');
  const changed = results.find((result) => result.kind === 'changedAgain');
  // A single one that changed again is laid before the person anew; of many, the first one on demand.
  if (changed !== undefined && details !== null) {
    void window.showWarningMessage(text);
    await layBefore(deps, chosen, changed.details);
    return;
  }
  if (isSmooth) void window.showInformationMessage(text);
  else if (changed === undefined) void window.showWarningMessage(text);
  else offerChanged(deps, chosen, text, changed.details);
}

const SHOW_CHANGED = say`Show the First That Changed`;

/** Nobody waits for the answer. */
function offerChanged(
  deps: CommandDeps,
  chosen: QueueChoice,
  text: string,
  details: ConflictDetails,
): void {
  const show = async (): Promise<void> => {
    const choice = await window.showWarningMessage(text, SHOW_CHANGED);
    if (choice === SHOW_CHANGED) await layBefore(deps, chosen, details);
  };
  show().catch((error: unknown) => {
    deps.log.error(`A conflict could not be shown: ${String(error)}`);
  });
}

/** Asks both ends what they hold now, and reads again what the tree shows of the queue. */
export async function refreshEnds(
  { monitor, queueReader }: Pick<CommandDeps, 'monitor' | 'queueReader'>,
  { topologyId, nodeId }: QueueAddress,
  primaryIds: readonly string[] = [],
): Promise<void> {
  await Promise.all(
    [nodeId, ...primaryIds].map(async (id) =>
      monitor.refresh({ topologyId, nodeId: id }, 'afterCommand'),
    ),
  );
  queueReader.refresh({ topologyId, nodeId });
}
