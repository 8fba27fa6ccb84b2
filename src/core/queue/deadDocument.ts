import { escapeDocument } from '../describe/escapeDocument';
import type { DeadOperation } from '../ports/drains';
import { say } from '../say';
import { prettyJson } from './prettyJson';

/** A dead operation as Markdown: the server's words and the rows as they were queued. */
export function deadDocument(edgeId: string, dead: DeadOperation): string {
  const { operationId, operation, tableText, data, oldData, isCut, error, sqlstate } = dead;
  const code = sqlstate === null ? '' : ` (${sqlstate})`;
  const rows = [
    ...(data === null ? [] : [say`## New row`, indented(data, isCut)]),
    ...(oldData === null ? [] : [say`## Row before`, indented(oldData, isCut)]),
  ];
  return `${[
    say`# ${escapeDocument(operation)} of ${escapeDocument(tableText)} on ${escapeDocument(edgeId)}`,
    say`Operation ${escapeDocument(operationId)} cannot be applied. Others of the same key wait for it.`,
    say`## What the server said`,
    `${escapeDocument(error ?? say`Nothing is noted`)}${code}`,
    ...(isCut ? [say`The rows are too long to be shown whole, and cannot be edited.`] : []),
    ...rows,
  ].join('\n\n')}\n`;
}

/** Indented code, so that no fence in it can end it. */
function indented(json: string, isCut: boolean): string {
  const text = isCut ? json : prettyJson(json);
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
