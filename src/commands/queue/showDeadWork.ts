import { window } from 'vscode';
import { deadDocument } from '../../core/queue/deadDocument';
import { operationSubject } from '../../core/queue/queueSubject';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import type { CommandDeps } from '../commandDeps';
import type { Target } from '../target';
import { chooseDead } from './deadOperations';

const TITLE = say`Show Dead Operation`;
const RETRY = say`Retry…`;
const DROP = say`Drop…`;
const EXPORT = say`Export as SQL`;

/** Shows what the server said of a dead operation, and its rows. Changes nothing. */
export async function showDeadWork(deps: CommandDeps, target: Target | null): Promise<void> {
  const found = await chooseDead(deps, target, { title: TITLE, changes: false, ends: ['edge'] });
  if (found === null) return;
  const { chosen, entered, dead } = found;
  const name = say`${dead.operation} of ${dead.tableText}`;
  await deps.documents.show(name, deps.redact(deadDocument(entered.edge.id, dead)), 'markdown');
  const subject = operationSubject(chosen.queueId, dead.operationId);
  const self = { topologyId: chosen.topologyId, subject };
  const act = async (): Promise<void> => {
    const said = say`${name} cannot be applied: ${dead.error ?? say`nothing is noted`}`;
    const choice = await window.showInformationMessage(
      deps.redact(showEscaped(said)),
      RETRY,
      DROP,
      EXPORT,
    );
    if (choice === RETRY) await deps.runCommand('retryDeadOperation', self);
    if (choice === DROP) await deps.runCommand('dropDeadOperation', self);
    if (choice === EXPORT) await deps.runCommand('exportQueueSql', self);
  };
  act().catch((error: unknown) => {
    deps.log.error(`A dead operation could not be followed: ${String(error)}`);
  });
}
