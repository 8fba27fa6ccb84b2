const OPERATION = /^(queue\/.+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/u;

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
