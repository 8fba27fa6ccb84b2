import { ProgressLocation, window } from 'vscode';
import { formatCounted } from '../../core/format';
import type { ChoiceResult, ConflictChoice, ConflictDetails } from '../../core/queue/conflict';
import { choiceWords } from '../../core/queue/conflictWords';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import { signalOf, whileReading } from '../plans/progress';
import type { Target } from '../target';
import { confirmAct } from './confirmAct';
import { conflictName, showConflictRows } from './conflictView';
import { enterQueue, type EnteredQueue } from './enterQueue';
import { pickOperations } from './pickOperations';
import { pickQueue, type QueueChoice } from './pickQueue';

/** A choice that needs no text, for one conflict or for many. */
export type SimpleChoice = 'keepPrimary' | 'keepEdge' | 'drop';

interface ChoiceText {
  readonly title: string;
  /** Begins the question, before what it is about. */
  readonly verb: string;
  readonly purpose: string;
}

const TEXTS: Readonly<Record<SimpleChoice, ChoiceText>> = {
  keepPrimary: {
    title: 'Keep Primary',
    verb: "Keep the primary's row of",
    purpose: "keep the primary's",
  },
  keepEdge: { title: 'Keep Edge', verb: "Write the edge's row of", purpose: "write the edge's" },
  drop: { title: 'Drop Operation', verb: 'Drop the operation on', purpose: 'drop it' },
};

/** Carries out one choice for the conflict that was clicked, or for those that the user picks, after he has confirmed it. */
export async function decideAll(
  deps: CommandDeps,
  target: Target | null,
  kind: SimpleChoice,
): Promise<void> {
  const { title } = TEXTS[kind];
  const chosen = await pickQueue(deps, target, title);
  if (chosen === null) return;
  const entered = await enterQueue(deps, chosen, { title, changes: true });
  if (entered === null) return;
  const ids = await pickOperations(deps, chosen, { title, state: 'conflict', many: true });
  if (ids === null) return;
  const shown = await readAll(deps, chosen, ids, title);
  const [first] = shown;
  if (first === undefined) {
    void window.showInformationMessage('This is no open conflict any more. Somebody else decided.');
    return;
  }
  if (!(await isConfirmed(kind, first, shown.length, entered))) return;
  const results = await decideEach(deps, chosen, entered, shown, { kind });
  await tell(deps, chosen, entered, { kind, shown, results });
}

/** What is confirmed is what was read: whatever changes after that is noticed when it is written. */
async function readAll(
  { queues }: CommandDeps,
  { topologyId, nodeId }: QueueChoice,
  ids: readonly string[],
  title: string,
): Promise<readonly ConflictDetails[]> {
  return whileReading(`${title}: reading`, async (signal) => {
    const found: ConflictDetails[] = [];
    for (const id of ids) {
      const details = await queues.readConflict({ topologyId, nodeId }, id, signal);
      if (details !== null) found.push(details);
    }
    return found;
  });
}

async function isConfirmed(
  kind: SimpleChoice,
  first: ConflictDetails,
  count: number,
  { edge, primary, environment }: EnteredQueue,
): Promise<boolean> {
  const { title, verb, purpose } = TEXTS[kind];
  const about = count === 1 ? conflictName(first) : formatCounted(count, 'conflict');
  const words = choiceWords(first);
  const single = kind === 'keepEdge' ? words.keepEdge : words.keepPrimary;
  const many =
    kind === 'keepEdge'
      ? "Each row of the edge replaces the primary's, whose version is kept with the conflict."
      : "The primary's rows stay as they are. The edge's versions are kept with the conflicts.";
  return confirmAct({
    message: `${verb} ${about} on ${showEscaped(primary.id)}?`,
    detail: `${count === 1 ? single : many} A row that has changed again meanwhile is left alone.`,
    button: title,
    mustType: environment === 'production' ? edge.id : null,
    purpose: `${purpose} in production`,
  });
}

/** Decides one after the other, and writes each into the audit log: no values, no keys. */
export async function decideEach(
  { queues, audit }: CommandDeps,
  { topologyId, nodeId }: QueueChoice,
  { primary }: EnteredQueue,
  shown: readonly ConflictDetails[],
  choice: ConflictChoice,
): Promise<readonly ChoiceResult[]> {
  const title = choice.kind === 'merged' ? 'Apply Merged' : TEXTS[choice.kind].title;
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const signal = signalOf(token);
      const results: ChoiceResult[] = [];
      for (const [index, details] of shown.entries()) {
        if (signal.aborted) break;
        progress.report({ message: `${index + 1} of ${shown.length}` });
        const result = await queues.decide({ topologyId, nodeId }, details, choice, signal);
        const code =
          result.kind === 'refused' && result.sqlstate !== null ? ` (${result.sqlstate})` : '';
        audit.note(
          `${title} of operation ${details.operationId}, ${nodeId} to ${primary.id}: ${result.kind}${code}`,
        );
        results.push(result);
      }
      return results;
    },
  );
}

interface Decided {
  readonly kind: SimpleChoice;
  readonly shown: readonly ConflictDetails[];
  readonly results: readonly ChoiceResult[];
}

async function tell(
  deps: CommandDeps,
  { topologyId, nodeId }: QueueChoice,
  { edge, primary }: EnteredQueue,
  { kind, shown, results }: Decided,
): Promise<void> {
  const countOf = (wanted: ChoiceResult['kind']) =>
    results.filter((result) => result.kind === wanted).length;
  const refused = results.find((result) => result.kind === 'refused');
  const changed = results.find((result) => result.kind === 'changedAgain');
  const parts = [
    `${formatCounted(countOf('done'), 'conflict')} decided`,
    ...(countOf('gone') === 0 ? [] : [`${countOf('gone')} decided by somebody else before`]),
    ...(changed === undefined ? [] : [`${countOf('changedAgain')} changed again on the primary`]),
    ...(refused === undefined ? [] : [`${countOf('refused')} refused by ${primary.id}`]),
    ...(results.length < shown.length ? [`${shown.length - results.length} not tried`] : []),
  ];
  const server =
    refused === undefined
      ? ''
      : ` ${refused.message}${refused.sqlstate === null ? '' : ` (${refused.sqlstate})`}`;
  const sentence = deps.redact(showEscaped(`${TEXTS[kind].title}: ${parts.join(', ')}.${server}`));
  if (changed === undefined && refused === undefined) void window.showInformationMessage(sentence);
  else void window.showWarningMessage(sentence);
  // A single one that changed again is laid before the person anew.
  if (changed !== undefined && shown.length === 1) {
    await showConflictRows(deps, changed.details, { edgeId: edge.id, primaryId: primary.id });
  }
  await refreshEnds(deps, topologyId, [nodeId, primary.id]);
}

export async function refreshEnds(
  { monitor }: Pick<CommandDeps, 'monitor'>,
  topologyId: string,
  nodeIds: readonly string[],
): Promise<void> {
  await Promise.all(
    nodeIds.map(async (nodeId) => monitor.refresh({ topologyId, nodeId }, 'afterCommand')),
  );
}
