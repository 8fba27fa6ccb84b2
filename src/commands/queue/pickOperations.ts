import { QuickPickItemKind, window } from 'vscode';
import { formatCounted } from '../../core/format';
import type { OperationEntry } from '../../core/queue/drain';
import { formatTableName } from '../../core/tableName';
import { showEscaped } from '../../core/visibleText';
import { askOne, type PickItem } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { whileReading } from '../plans/progress';
import type { QueueChoice } from './pickQueue';

export interface OperationsNeed {
  readonly title: string;
  readonly state: 'conflict' | 'dead';
  /** Whether several may be chosen at once. */
  readonly many: boolean;
}

/**
 * Ids of the operations that a command is for: the one that was clicked, or what the user picks, one or all of a kind.
 * @returns `null` when the user gave up, or there is none, which is said
 */
export async function pickOperations(
  { queues, redact }: Pick<CommandDeps, 'queues' | 'redact'>,
  choice: QueueChoice,
  { title, state, many }: OperationsNeed,
): Promise<readonly string[] | null> {
  if (choice.operationId !== null) return [choice.operationId];
  const contents = await whileReading(`${title}: reading`, async (signal) =>
    queues.readContents(choice, signal),
  );
  const entries = state === 'conflict' ? contents.conflicts : contents.dead;
  if (entries.length === 0) {
    const what = state === 'conflict' ? 'No conflict waits' : 'No operation is dead';
    void window.showInformationMessage(`${what} on ${showEscaped(choice.nodeId)}.`);
    return null;
  }
  const answer = await askOne<Ids>({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: state === 'conflict' ? 'Which conflict?' : 'Which dead operation?',
    items: [...(many ? groupItems(entries) : []), ...entries.map((entry) => item(entry, redact))],
  });
  return answer === null || answer === 'back' ? null : answer.ids;
}

interface Ids {
  readonly ids: readonly string[];
}

function item(entry: OperationEntry, redact: (text: string) => string): PickItem<Ids> {
  const { id, operation, table, keyText, error, sqlstate } = entry;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  return {
    label: showEscaped(`${operation} ${formatTableName(table)}`),
    description: showEscaped(keyText === '' ? `no. ${entry.seq}` : keyText),
    ...(error === null ? {} : { detail: redact(showEscaped(`${error}${code}`)) }),
    value: { ids: [id] },
  };
}

/** All of a kind: of one table, one operation and one reason; and all that there are. */
function groupItems(entries: readonly OperationEntry[]): readonly PickItem<Ids>[] {
  const kinds = new Map<string, OperationEntry[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.table, entry.operation, entry.sqlstate ?? entry.error]);
    kinds.set(key, [...(kinds.get(key) ?? []), entry]);
  }
  const several = [...kinds.values()].filter(({ length }) => length > 1);
  const groups = several.flatMap((of): PickItem<Ids>[] => {
    const [first] = of;
    if (first === undefined) return [];
    const what = showEscaped(`${first.operation} of ${formatTableName(first.table)}`);
    return [
      {
        label: `$(list-flat) All ${of.length}: ${what}`,
        ...(first.error === null ? {} : { description: showEscaped(first.error) }),
        value: { ids: of.map(({ id }) => id) },
      },
    ];
  });
  const all: PickItem<Ids>[] =
    kinds.size > 1
      ? [
          {
            label: `$(list-flat) All ${formatCounted(entries.length, 'operation')}`,
            value: { ids: entries.map(({ id }) => id) },
          },
        ]
      : [];
  const items = [...groups, ...all];
  return items.length === 0
    ? []
    : [...items, { label: 'One of them', kind: QuickPickItemKind.Separator, value: null }];
}
