import type { TableName } from '../topology';

const OPERATION = /^(queue\/.+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/u;
const GROUP = /^(queue\/.+)\/all\/(conflict|dead)(?:\/([^/]*)\/([^/]*))?$/u;

/** Subject of one operation: that of its queue, then its id. */
export function operationSubject(queueId: string, operationId: string): string {
  return `${queueId}/${operationId}`;
}

/** @returns `null` for what is no operation of a queue */
export function operationOf(
  subject: string,
): { readonly queueId: string; readonly operationId: string } | null {
  const match = OPERATION.exec(subject);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { queueId: match[1], operationId: match[2] };
}

/** All operations of a queue that wait for a person in one way; of one table, or of all (`null`). */
export interface OperationGroup {
  readonly state: 'conflict' | 'dead';
  readonly table: TableName | null;
}

/** Subject of all of a kind: that of their queue, then which. */
export function operationGroupSubject(queueId: string, { state, table }: OperationGroup): string {
  const all = `${queueId}/all/${state}`;
  if (table === null) return all;
  return `${all}/${encodeURIComponent(table.schema)}/${encodeURIComponent(table.name)}`;
}

/** @returns `null` for what is no such group */
export function operationGroupOf(
  subject: string,
): (OperationGroup & { readonly queueId: string }) | null {
  const [, queueId, state, schema, name] = GROUP.exec(subject) ?? [];
  if (queueId === undefined || (state !== 'conflict' && state !== 'dead')) return null;
  if (schema === undefined || name === undefined) return { queueId, state, table: null };
  try {
    const table = { schema: decodeURIComponent(schema), name: decodeURIComponent(name) };
    return { queueId, state, table };
  } catch {
    // Any extension may send a subject.
    return null;
  }
}

/** The queue that a subject is about; `null` for what is not below one. */
export function queueIdOf(subject: string): string | null {
  return operationOf(subject)?.queueId ?? operationGroupOf(subject)?.queueId ?? null;
}
