import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { codeActionsAt } from '../support/codeActions';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const OURS = 'Postgres Topology';
const VALID = JSON.stringify(
  {
    nodes: {
      central: { connection: 'postgresql://monitor@127.0.0.1:1/app' },
      read: { connection: 'postgresql://monitor@127.0.0.1:2/app', standbyOf: 'central' },
    },
  },
  null,
  2,
);

function ownDiagnostics(uri: vscode.Uri): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === OURS);
}

function waitForCode(uri: vscode.Uri, code: string): Promise<vscode.Diagnostic> {
  return waitFor(`a problem ${code}`, () =>
    ownDiagnostics(uri).find((found) => found.code === code),
  );
}

describe('diagnostics of a topology file', () => {
  let uri: vscode.Uri;

  const store = async (text: string) => vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  const isListed = async () => {
    const api = await activateExtension();
    return api.getSnapshot().topologies.find(({ id }) => id === uri.toString());
  };

  beforeEach(async () => {
    await activateExtension();
    uri = vscode.Uri.joinPath(workspaceFolder(), 'problems.pg-topology.json');
    await store(VALID);
    await waitFor('the topology', isListed);
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(uri, { useTrash: false });
    await waitFor('the file to go', async () =>
      (await isListed()) === undefined ? true : undefined,
    );
  });

  it('come as one types, at the value, and keep the last valid topology', async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(document.languageId, 'jsonc');
    const editor = await vscode.window.showTextDocument(document);
    const at = document.getText().indexOf('"central"', document.getText().indexOf('standbyOf'));
    const range = new vscode.Range(
      document.positionAt(at),
      document.positionAt(at + '"central"'.length),
    );
    await editor.edit((edit) => edit.replace(range, '"centrl"'));
    const [problem] = await waitFor('a problem', () => {
      const found = ownDiagnostics(uri);
      return found.length > 0 ? found : undefined;
    });
    assert.match(problem?.message ?? '', /centrl/u);
    assert.equal(document.getText(problem?.range), '"centrl"');
    assert.deepEqual(
      (await isListed())?.nodes.map(({ id }) => id),
      ['central', 'read'],
    );
  });

  it('offer a quick fix that repairs the value and nothing else', async () => {
    const broken = VALID.replace('"standbyOf": "central"', '"standbyOf": "centrl"');
    await store(broken);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const [problem] = await waitFor('a problem', () => {
      const found = ownDiagnostics(uri);
      return found.length > 0 ? found : undefined;
    });
    assert.ok(problem);
    // Offered once the editor shows the very text that was read.
    const edit = await waitFor('the fix', async () => {
      const actions = await codeActionsAt(uri, problem.range);
      return actions?.find(({ title }) => title === 'Change to "central"')?.edit;
    });
    await vscode.workspace.applyEdit(edit);
    assert.equal(document.getText(), VALID);
    await waitFor('no problem', () => (ownDiagnostics(uri).length === 0 ? true : undefined));
  });

  it('move a literal password into the secret store, out of the file', async () => {
    await store(VALID.replace('monitor@127.0.0.1:1', 'monitor:tr0ub4dor@127.0.0.1:1'));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const problem = await waitForCode(uri, 'literal-password');
    assert.equal(problem.message.includes('tr0ub4dor'), false);
    const command = await waitFor('the fix', async () => {
      const actions = await codeActionsAt(uri, problem.range);
      return actions?.find(({ title }) => title === 'Move to Secret Storage')?.command;
    });
    const given: readonly unknown[] = command.arguments ?? [];
    await vscode.commands.executeCommand(command.command, ...given);
    assert.equal(document.getText(), VALID);
  });

  it('never repeat what the schema marks', async () => {
    await store(VALID.replace('"standbyOf": "central"', '"standbyOf": 5'));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    await waitFor('the mark of the schema', () => {
      const marks = vscode.languages.getDiagnostics(uri);
      return marks.some(({ source }) => source !== OURS) ? true : undefined;
    });
    assert.deepEqual(ownDiagnostics(uri), []);
  });

  it('say why a file is not read', async () => {
    await store(`{ "name": "${'x'.repeat(1024 * 1024)}" }`);
    const problem = await waitForCode(uri, 'unreadable');
    assert.match(problem.message, /too large \(limit 1 MB\)/u);
  });

  it('refuse a link that leads out of the workspace', async function () {
    // Windows lets only administrators make such links.
    if (process.platform === 'win32') this.skip();
    const outside = await mkdtemp(join(tmpdir(), 'pg-topology-link-'));
    const link = vscode.Uri.joinPath(workspaceFolder(), 'link.pg-topology.json');
    try {
      await writeFile(join(outside, 'pg-topology.json'), VALID);
      await symlink(join(outside, 'pg-topology.json'), link.fsPath);
      const problem = await waitForCode(link, 'unreadable');
      assert.match(problem.message, /link/u);
      const { topologies } = (await activateExtension()).getSnapshot();
      assert.equal(
        topologies.some(({ id }) => id === link.toString()),
        false,
      );
    } finally {
      await rm(link.fsPath, { force: true });
      await rm(outside, { recursive: true, force: true });
    }
  });
});
