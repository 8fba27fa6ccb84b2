import { WorkspaceEdit, window, workspace } from 'vscode';
import { say } from '../core/say';
import { secretKey } from '../core/secretKey';
import { LineIndex } from '../host/lineIndex';
import { literalSecrets, type LiteralSecret } from '../topologyFile/secrets';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';

/** Takes the password of a node out of the file and keeps it in the secret store. The quick fix on a literal password runs it. */
export const moveSecret = defineCommand('moveSecret', {
  title: say`Move Password to Secret Storage`,
  run: async (deps, _target, argument) => {
    const request = readRequest(argument);
    const file = request === null ? null : deps.files.find(request.topologyId);
    if (request === null || file === null) {
      void window.showInformationMessage(say`Use the quick fix on a password in a topology file.`);
      return;
    }
    if (!deps.isTrusted()) {
      void window.showWarningMessage(
        say`In restricted mode no password is stored. Trust the workspace first.`,
      );
      return;
    }
    const document = await workspace.openTextDocument(file.uri);
    const text = document.getText();
    const secrets = literalSecrets(text).filter(
      (found) =>
        found.owner === 'node' && found.keyword === 'password' && found.nodeId === request.nodeId,
    );
    const [secret] = secrets;
    if (secret === undefined || !(await keep(deps, request, secret))) return;
    const edit = new WorkspaceEdit();
    const lines = new LineIndex(text);
    for (const change of secret.removal) edit.replace(file.uri, lines.rangeOf(change), change.text);
    if (await workspace.applyEdit(edit)) return;
    void window.showWarningMessage(
      say`The password of ${request.nodeId} is stored, but still in the file as well: the editor did not take the change, as when the file changes meanwhile. Use the quick fix again.`,
    );
  },
});

interface Request {
  readonly topologyId: string;
  readonly nodeId: string;
}

/** Keeps the password for every address the connection may dial. @returns false when it is not known for which. */
async function keep(
  { files, secrets, endpointsOf }: CommandDeps,
  { topologyId, nodeId }: Request,
  secret: LiteralSecret,
): Promise<boolean> {
  const file = files.find(topologyId);
  const topology = file?.shown?.parsed.topology ?? file?.topology;
  const node = topology?.nodes.find((candidate) => candidate.id === nodeId);
  const user = node?.connection['user'];
  if (node === undefined || user === undefined) {
    void window.showWarningMessage(
      say`The connection of ${nodeId} names no user to keep the password for. Remove the password and use Enter Password….`,
    );
    return false;
  }
  const database = node.connection['dbname'] ?? user;
  for (const { host, port } of await endpointsOf(node)) {
    await secrets.store(secretKey({ user, host, port, database }), secret.value);
  }
  return true;
}

function readRequest(argument: unknown): Request | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const topologyId: unknown = Reflect.get(argument, 'topologyId');
  const nodeId: unknown = Reflect.get(argument, 'nodeId');
  return typeof topologyId === 'string' && typeof nodeId === 'string'
    ? { topologyId, nodeId }
    : null;
}
