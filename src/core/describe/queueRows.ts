import { DEPTH_CAP, type QueuedTableFacts } from '../facts';
import { formatClock, formatCount, formatCounted, formatDuration, speak } from '../format';
import type { DrainState, OperationEntry, QueueContents } from '../queue/drain';
import { say } from '../say';
import type { QueueSnapshot } from '../snapshot';
import { showEscaped } from '../visibleText';
import { lastDrainedAtMs } from './queueText';
import {
  contextValue,
  facts,
  icon,
  ROLE_ICONS,
  type RowIcon,
  type RowText,
  type Tooltip,
} from './rowText';

/** What is known of the queues of one topology beside its snapshot: drains of this window, and what was read on demand. */
export interface TopologyQueues {
  drainOf(nodeId: string): DrainState | null;
  /** `null`: not read yet. */
  contentsOf(nodeId: string): QueueContents | string | null;
}

export const NO_QUEUES: TopologyQueues = { drainOf: () => null, contentsOf: () => null };

const WARNING = 'problemsWarningIcon.foreground';
const ERROR = 'problemsErrorIcon.foreground';
/** Longest key and reason in a row; the whole is in its tooltip. */
const SHORT = 60;

/** Where a queue is drained to, and whether it can be from here: `To central`, `online · drained 14:20`. */
export function drainTargetText(queue: QueueSnapshot): RowText {
  const drainedAtMs = lastDrainedAtMs(queue);
  const drained = drainedAtMs === null ? null : say`drained ${formatClock(drainedAtMs, 'minutes')}`;
  const online =
    queue.isOnline === null
      ? say`not known to be online`
      : queue.isOnline
        ? say`online`
        : say`offline`;
  const look =
    queue.isOnline === false ? icon('debug-disconnect', WARNING) : icon('arrow-right', null);
  return plainRow(say`To ${queue.primaryId}`, facts(online, drained), look);
}

/** `Pending`, `412 · oldest 4 min`. */
export function pendingGroupText(queue: QueueSnapshot, nowMs: number): RowText {
  const waiting = queue.facts?.waiting ?? 0;
  const oldest = age(queue.facts?.oldestAtMs ?? null, nowMs);
  return plainRow(
    say`Pending`,
    facts(formatCount(waiting, DEPTH_CAP), oldest === null ? null : say`oldest ${oldest}`),
    icon(ROLE_ICONS.group, null),
  );
}

/** A table that operations wait for: `users`, `12 waiting · oldest 3 s`. */
export function queuedTableText(table: QueuedTableFacts, nowMs: number): RowText {
  const oldest = age(table.oldestAtMs, nowMs);
  return {
    ...plainRow(
      tableLabel(table.schema, table.name),
      facts(
        say`${formatCount(table.waiting, DEPTH_CAP)} waiting`,
        oldest === null ? null : say`oldest ${oldest}`,
      ),
      icon(ROLE_ICONS.table, null),
    ),
    contextValue: contextValue('queuedTable', [], null, {}),
  };
}

/** `Conflicts`, `3 · oldest 2 h`; `Dead`, `1`. Commands for all of a kind go by `conflicts` and `dead` in its context. */
export function operationGroupText(
  kind: 'conflicts' | 'dead',
  count: number,
  entries: readonly OperationEntry[],
  nowMs: number,
): RowText {
  const oldest = age(
    entries.reduce<number | null>((least, entry) => earlier(least, entry.createdAtMs), null),
    nowMs,
  );
  const look = kind === 'conflicts' ? icon('diff', WARNING) : icon('error', ERROR);
  return {
    ...plainRow(
      kind === 'conflicts' ? say`Conflicts` : say`Dead`,
      facts(formatCount(count, DEPTH_CAP), oldest === null ? null : say`oldest ${oldest}`),
      look,
    ),
    contextValue: contextValue('group', [], null, { [kind]: true }),
  };
}

/** Those of one table, where there are several tables: `users`, `12`. Commands for all of them go by its context as well. */
export function operationTableText(
  kind: 'conflicts' | 'dead',
  table: { readonly schema: string; readonly name: string },
  count: number,
): RowText {
  return {
    ...plainRow(
      tableLabel(table.schema, table.name),
      formatCount(count, DEPTH_CAP),
      icon(ROLE_ICONS.table, null),
    ),
    contextValue: contextValue('group', [], null, { [kind]: true, ofTable: true }),
  };
}

/** One operation that waits for a person: `users (id = 7)`, `UPDATE · the row is not on the primary any more · 2 h`. */
export function operationText(entry: OperationEntry, nowMs: number): RowText {
  const isConflict = entry.state === 'conflict';
  const key = entry.keyText === '' ? `#${entry.seq}` : `(${cut(showEscaped(entry.keyText))})`;
  const label = `${tableLabel(entry.table.schema, entry.table.name)} ${key}`;
  const description = facts(
    showEscaped(entry.operation),
    entry.error === null ? null : cut(showEscaped(entry.error)),
    age(entry.createdAtMs, nowMs),
  );
  return {
    label,
    description,
    icon: isConflict ? icon('diff', WARNING) : icon('error', ERROR),
    contextValue: contextValue('operation', [], null, { conflict: isConflict, dead: !isConflict }),
    accessibleLabel: `${label}, ${isConflict ? say`conflict` : say`dead`}, ${speak(showEscaped(entry.operation))}`,
  };
}

export function operationTooltip(entry: OperationEntry, queue: QueueSnapshot): Tooltip {
  const state = entry.sqlstate === null ? '' : ` (${entry.sqlstate})`;
  return {
    title: tableLabel(entry.table.schema, entry.table.name),
    subtitle: facts(entry.operation, entry.keyText),
    lines: [
      ...(entry.error === null ? [] : [`${entry.error}${state}`]),
      say`Written ${formatClock(entry.createdAtMs)} on ${queue.nodeId}, tried ${entry.attempts === 1 ? say`once` : say`${formatCount(entry.attempts)} times`}.`,
    ],
    facts: [],
    advice:
      entry.state === 'conflict'
        ? say`Opens both rows side by side; nothing changes before you choose.`
        : say`It is not tried again until you retry or drop it.`,
  };
}

/** In place of operations that were not read yet, could not be, or are too many to list. */
export function operationsNoteText(contents: string | null, more: number): RowText {
  if (contents !== null) return plainRow(contents, '', icon('warning', WARNING));
  if (more > 0) return plainRow(say`and ${formatCount(more)} more`, '', icon('ellipsis', null));
  return plainRow(say`Reading…`, '', icon('ellipsis', null));
}

/** `3 unsent edits on vengeance`; `null`: none is known of. @param queues those whose edges or primary the table is on */
export function unsentWords(
  queues: readonly QueueSnapshot[],
  table: { readonly schema: string; readonly name: string },
): string | null {
  const found = queues.flatMap(({ facts: known, nodeId, verdict }) => {
    const open = (known?.tables ?? [])
      .filter((queued) => isSame(queued, table))
      .reduce((sum, queued) => sum + queued.open, 0);
    return open === 0 || verdict.code === 'queueAbsent' ? [] : [{ open, nodeId }];
  });
  const [first] = found;
  if (first === undefined) return null;
  const total = found.reduce((sum, { open }) => sum + open, 0);
  const count = total >= DEPTH_CAP ? formatCount(total, DEPTH_CAP) : formatCount(total);
  const where = found.length === 1 ? first.nodeId : formatCounted(found.length, 'edge');
  return say`${count} unsent ${total === 1 ? say`edit` : say`edits`} on ${where}`;
}

/** A table's row with what of it the primary has not taken yet. */
export function withUnsent(text: RowText, words: string | null): RowText {
  if (words === null) return text;
  return {
    ...text,
    description: facts(words, text.description),
    contextValue: `${text.contextValue} unsent`,
    accessibleLabel: `${text.accessibleLabel}, ${speak(words)}`,
  };
}

/** An application may have written the schema before the name, or not at all. */
function isSame(
  queued: Pick<QueuedTableFacts, 'schema' | 'name'>,
  { schema, name }: { readonly schema: string; readonly name: string },
): boolean {
  if (queued.name === `${schema}.${name}`) return true;
  return queued.name === name && (queued.schema ?? 'public') === schema;
}

function plainRow(label: string, description: string, look: RowIcon): RowText {
  return {
    label,
    description,
    icon: look,
    contextValue: contextValue('group', [], null, {}),
    accessibleLabel: description === '' ? label : `${label}, ${speak(description)}`,
  };
}

function tableLabel(schema: string | null, name: string): string {
  const shown = showEscaped(name);
  return schema === null || schema === 'public' ? shown : `${showEscaped(schema)}.${shown}`;
}

function age(atMs: number | null, nowMs: number): string | null {
  return atMs === null ? null : formatDuration(Math.max(0, nowMs - atMs));
}

function earlier(least: number | null, atMs: number): number {
  return least === null ? atMs : Math.min(least, atMs);
}

function cut(text: string): string {
  return text.length > SHORT ? `${text.slice(0, SHORT - 1).trimEnd()}…` : text;
}
