import { QuickPickItemKind, window } from 'vscode';
import { DEPTH_CAP } from '../../core/facts';
import { formatCount } from '../../core/format';
import type { OperationFilter } from '../../core/queue/conflictStatements';
import type { OperationEntry, QueueContents } from '../../core/queue/drain';
import { say } from '../../core/say';
import { formatTableName } from '../../core/tableName';
import type { TableName } from '../../core/topology';
import { showEscaped } from '../../core/visibleText';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import type { QueueChoice } from './pickQueue';

export interface OperationsNeed {
  readonly title: string;
  readonly state: 'conflict' | 'dead';
}

/** What a command is for: one operation, or all of a kind. */
export type PickedOperations =
  | { readonly kind: 'one'; readonly operationId: string }
  | { readonly kind: 'many'; readonly filter: OperationFilter; readonly table: TableName | null };

type Deps = Pick<CommandDeps, 'queues' | 'redact'>;

/** The operation that was clicked, or that the user picks. @returns `null` when he gave up, or there is none, which is said */
export async function pickOperation(
  deps: Deps,
  choice: QueueChoice,
  need: OperationsNeed,
): Promise<string | null> {
  if (choice.operationId !== null) return choice.operationId;
  const contents = await readEntries(deps, choice, need);
  if (contents === null) return null;
  const items = entriesOf(contents, need).map((entry) => item(entry, entry.id, deps.redact));
  return ask(need, items);
}

/**
 * Operations that a command is for: the one or the group that was clicked, or what the user picks, one or all of a kind.
 * @returns `null` when the user gave up, or there is none, which is said
 */
export async function pickOperations(
  deps: Deps,
  choice: QueueChoice,
  need: OperationsNeed,
): Promise<PickedOperations | null> {
  const { operationId, group } = choice;
  if (operationId !== null) return { kind: 'one', operationId };
  if (group !== null && group.state === need.state) return manyOf(group.table);
  const contents = await readEntries(deps, choice, need);
  if (contents === null) return null;
  const entries = entriesOf(contents, need);
  const ones = entries.map((entry) =>
    item<PickedOperations>(entry, { kind: 'one', operationId: entry.id }, deps.redact),
  );
  return ask(need, [...groupItems(contents, entries, need), ...ones]);
}

function manyOf(table: TableName | null): PickedOperations {
  return { kind: 'many', filter: table === null ? {} : { table }, table };
}

/** @returns `null` where there is none, which is said */
async function readEntries(
  { queues }: Deps,
  choice: QueueChoice,
  need: OperationsNeed,
): Promise<QueueContents | null> {
  const contents = await whileReading(say`${need.title}: reading`, async (signal) =>
    queues.readContents(choice, signal),
  );
  if (entriesOf(contents, need).length > 0) return contents;
  const what = need.state === 'conflict' ? say`No conflict waits` : say`No operation is dead`;
  void window.showInformationMessage(say`${what} on ${showEscaped(choice.nodeId)}.`);
  return null;
}

function entriesOf(
  { conflicts, dead }: QueueContents,
  { state }: OperationsNeed,
): readonly OperationEntry[] {
  return state === 'conflict' ? conflicts : dead;
}

async function ask<T extends object | string>(
  { title, state }: OperationsNeed,
  items: readonly PickItem<T>[],
): Promise<T | null> {
  const answer = await askOne<T>({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: state === 'conflict' ? say`Which conflict?` : say`Which dead operation?`,
    items,
  });
  return answer === 'back' ? null : answer;
}

function item<T extends object | string>(
  entry: OperationEntry,
  value: T,
  redact: (text: string) => string,
): PickItem<T> {
  const { operation, table, keyText, error, sqlstate } = entry;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  return {
    label: showEscaped(`${operation} ${formatTableName(table)}`),
    description: showEscaped(keyText === '' ? say`no. ${entry.seq}` : keyText),
    ...(error === null ? {} : { detail: redact(showEscaped(`${error}${code}`)) }),
    value,
  };
}

/** All that there are, all of one table, and among those listed all of one table, operation and reason. */
function groupItems(
  { tables }: QueueContents,
  entries: readonly OperationEntry[],
  { state }: OperationsNeed,
): readonly PickItem<PickedOperations>[] {
  const counts = tables
    .map(({ table, conflicts, dead }) => ({
      table,
      count: state === 'conflict' ? conflicts : dead,
    }))
    .filter(({ count }) => count > 0);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total < 2) return [];
  const all = (count: number) => say`$(list-flat) All ${formatCount(count, DEPTH_CAP)}`;
  const ofTables = counts.map(({ table, count }) => ({
    label: `${all(count)}: ${showEscaped(formatTableName(table))}`,
    value: manyOf(table),
  }));
  return [
    { label: all(total), value: manyOf(null) },
    ...(counts.length > 1 ? ofTables : []),
    ...kindItems(entries),
    { label: say`One of them`, kind: QuickPickItemKind.Separator, value: null },
  ];
}

function kindItems(entries: readonly OperationEntry[]): readonly PickItem<PickedOperations>[] {
  const kinds = new Map<string, OperationEntry[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.table, entry.operation, entry.sqlstate ?? entry.error]);
    kinds.set(key, [...(kinds.get(key) ?? []), entry]);
  }
  if (kinds.size < 2) return [];
  return [...kinds.values()].flatMap((of): PickItem<PickedOperations>[] => {
    const [first] = of;
    if (first === undefined || of.length < 2) return [];
    const what = showEscaped(say`${first.operation} of ${formatTableName(first.table)}`);
    const operationIds = of.map(({ id }) => id);
    return [
      {
        label: say`$(list-flat) These ${of.length}: ${what}`,
        ...(first.error === null ? {} : { description: showEscaped(first.error) }),
        value: { kind: 'many', filter: { operationIds }, table: first.table },
      },
    ];
  });
}
