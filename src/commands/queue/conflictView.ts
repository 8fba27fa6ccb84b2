import { window } from 'vscode';
import type { ConflictDetails } from '../../core/queue/conflict';
import { conflictSentenceOf, conflictWordsOf } from '../../core/queue/conflictWords';
import type { QueueAddress } from '../../core/queue/drain';
import { prettyJson } from '../../core/queue/prettyJson';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';

/** Reads an open conflict; says so when it is none any more. */
export async function readConflict(
  { queues }: Pick<CommandDeps, 'queues'>,
  { topologyId, nodeId }: QueueAddress,
  operationId: string,
  title: string,
): Promise<ConflictDetails | null> {
  const details = await whileReading(say`${title}: reading`, async (signal) =>
    queues.readConflict({ topologyId, nodeId }, operationId, signal),
  );
  if (details === null) sayDecided();
  return details;
}

export function sayDecided(): void {
  void window.showInformationMessage(
    say`This is no open conflict any more. Somebody else decided.`,
  );
}

/** `public.jobs {"id": 7}` */
export function conflictName({ table, key }: ConflictDetails): string {
  return showEscaped(`${formatTableName(table)} ${key.slice(0, KEY_LENGTH)}`);
}

const KEY_LENGTH = 100;

/** The primary's row against the edge's, in the editor's own comparison. */
export async function showConflictRows(
  { documents }: Pick<CommandDeps, 'documents'>,
  details: ConflictDetails,
  edgeId: string,
): Promise<void> {
  const { primaryId, base, primaryRow, edgeRow } = details;
  await documents.showDifference(
    `${conflictName(details)}: ${place(primaryId, primaryRow)} ↔ ${place(edgeId, edgeRow)}${base === null ? '' : say` (what it was before is known)`}`,
    rowText(details, primaryId, primaryRow),
    rowText(details, edgeId, edgeRow),
  );
}

/** An empty side of a comparison says nothing of why it is empty. */
function place(nodeId: string, row: string | null): string {
  return `${showEscaped(nodeId)}${row === null ? say` (no such row)` : ''}`;
}

/** What the edge changed from, against what it made of it. */
export async function showBase(
  { documents }: Pick<CommandDeps, 'documents'>,
  details: ConflictDetails,
  edgeId: string,
): Promise<void> {
  await documents.showDifference(
    say`${conflictName(details)}: before ↔ ${showEscaped(edgeId)}`,
    rowText(details, say`${edgeId} before`, details.base),
    rowText(details, edgeId, details.edgeRow),
  );
}

/** A row as a document; an empty one where there is no row. */
export function rowText(
  { table }: ConflictDetails,
  place: string,
  row: string | null,
): { readonly name: string; readonly text: string } {
  const name = `${place} ${formatTableName(table)}.json`;
  return { name, text: row === null ? '' : `${prettyJson(row)}\n` };
}

/** Why it is a conflict, in our words and the server's, as a finished sentence. */
export function conflictSentence(details: ConflictDetails): string {
  const { operation, kind, policy, error, sqlstate } = details;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  const isOurs = error === conflictSentenceOf(kind);
  const server = error === null || isOurs ? '' : ` ${error.replace(/\.$/u, '')}${code}.`;
  const words = conflictWordsOf(kind);
  return say`${operation} of ${conflictName(details)}, policy ${policy}: ${words}.${showEscaped(server)}`;
}
