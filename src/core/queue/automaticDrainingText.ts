import { say } from '../say';
import { showEscaped } from '../visibleText';
import { formatTableName } from '../tableName';
import type { DeclaredQueue } from '../topology';

/** What a person confirms before an edge is drained without being asked. */
export function automaticDrainingText(
  edgeId: string,
  { primary, tables }: Pick<DeclaredQueue, 'primary' | 'tables'>,
): { readonly message: string; readonly detail: string; readonly button: string } {
  const policies = tables.map((table) => `${formatTableName(table)}: ${table.policy}`);
  return {
    message: showEscaped(say`Drain ${edgeId} to ${primary} automatically?`),
    detail: [
      showEscaped(
        say`Whenever operations wait and both servers answer, they are drained to ${primary} without a dry run and without a question, also while nothing of this extension is shown, as long as a window with this folder is open.`,
      ),
      policies.length === 0
        ? say`Where a row of the primary has changed meanwhile, it stays, and the edge's version is kept.`
        : showEscaped(say`Conflicts go by the policy of each table. ${policies.join(' · ')}`),
      say`What cannot be applied is set aside and shown in the queue's row, and so is a failure: there are no notifications. Nothing is drained in restricted mode, after Disconnect, or while two writable nodes of one system are seen.`,
    ].join('\n\n'),
    button: say`Drain Automatically`,
  };
}
