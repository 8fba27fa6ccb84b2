import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension, workspaceFolder } from '../support/extension';
import { waitFor } from '../support/waitFor';

const fileUri = () => vscode.Uri.joinPath(workspaceFolder(), 'language.pg-topology.json');

const TEXT = `{
  // kept
  "nodes": {
    "central": { "connection": "postgresql://monitor@127.0.0.1:1/app" },
    "read": {
      "connection": "postgresql://monitor@127.0.0.1:2/app",
      "standbyOf": "central", // kept as well
      "slot": ""
    },
    "genesis": {
      "connection": "postgresql://monitor@127.0.0.1:3/app",
      "subscriptions": { "jobs_sub": { "publisher": "central", "publications": ["jobs_pub"] } }
    }
  }
}
`;

/** A topology that nobody has contacted: whatever is told of it is told without a server. */
describe('a topology file in the editor', () => {
  let document: vscode.TextDocument;

  before(async () => {
    await vscode.workspace.fs.writeFile(fileUri(), Buffer.from(TEXT));
    const api = await activateExtension();
    await waitFor('the topology', () =>
      api.getSnapshot().topologies.find(({ id }) => id === fileUri().toString()),
    );
    await vscode.commands.executeCommand('pgTopology.disconnect', {
      topologyId: fileUri().toString(),
      subject: null,
    });
    document = await vscode.workspace.openTextDocument(fileUri());
    await vscode.window.showTextDocument(document);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(fileUri(), { useTrash: false });
  });

  /** In the middle of the last word of what is found. */
  const within = (before: string, word: string): vscode.Position => {
    const at = document.getText().indexOf(`${before}${word}`);
    assert.notEqual(at, -1, before + word);
    return document.positionAt(at + before.length + Math.ceil(word.length / 2));
  };

  const textAt = ({ range }: { readonly range: vscode.Range }) => document.getText(range);

  it('has the state of each node above it, with what to do next', async () => {
    const lenses = await waitFor('the lines', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        fileUri(),
        100,
      );
      return found.length === 6 ? found : undefined;
    });
    assert.deepEqual(lenses.map(textAt), [
      'central',
      'central',
      'read',
      'read',
      'genesis',
      'genesis',
    ]);
    const [state, connect] = lenses.map(({ command }) => command);
    assert.match(state?.title ?? '', /disconnected/u);
    assert.equal(connect?.title, 'Connect');
    assert.deepEqual(connect.arguments, [{ topologyId: fileUri().toString(), subject: 'central' }]);
  });

  it('has no lines above nodes where they are turned off', async () => {
    const settings = vscode.workspace.getConfiguration('pgTopology');
    await settings.update('codeLens.enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        fileUri(),
        100,
      );
      assert.deepEqual(found, []);
    } finally {
      await settings.update('codeLens.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('tells what is known of what is pointed at', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      fileUri(),
      within('"standbyOf": "', 'central'),
    );
    const texts = hovers.flatMap(({ contents }) =>
      contents.map((content) => (content instanceof vscode.MarkdownString ? content.value : '')),
    );
    // As data: no part of it may become a link.
    assert.ok(
      texts.some((text) => text.startsWith('**central**') && text.includes('127&period;0.0.1')),
      texts.join('\n---\n'),
    );
  });

  it('leads from a name of a node to the node, and to all that name it', async () => {
    const position = within('"publisher": "', 'central');
    const [definition] = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      fileUri(),
      position,
    );
    assert.equal(definition?.range.start.line, 3);
    const references = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeReferenceProvider',
      fileUri(),
      position,
    );
    assert.deepEqual(references.map(textAt), ['central', 'central', 'central']);
  });

  it('says which role the file gives each node', async () => {
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      fileUri(),
      new vscode.Range(0, 0, document.lineCount, 0),
    );
    assert.deepEqual(
      hints.map(({ label }) => label),
      ['primary, publisher', 'standby', 'subscriber'],
    );
  });

  it('offers the other nodes where one is meant', async () => {
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      fileUri(),
      within('"standbyOf": "', 'central'),
    );
    const ours = items.filter(({ detail }) => detail === 'node of this file');
    assert.deepEqual(
      ours.map(({ label }) => label),
      ['central', 'genesis'],
    );
    assert.deepEqual(
      ours.map(({ insertText }) => insertText),
      ['"central"', '"genesis"'],
    );
  });

  it('gives a node another name everywhere, in one undo step, and keeps comments', async () => {
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      fileUri(),
      within('"standbyOf": "', 'central'),
      'main',
    );
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(document.getText(), TEXT.replaceAll('"central"', '"main"'));
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), TEXT);
    await assert.rejects(
      async () =>
        vscode.commands.executeCommand(
          'vscode.executeDocumentRenameProvider',
          fileUri(),
          within('"standbyOf": "', 'central'),
          'read',
        ),
      /There is a node read already\./u,
    );
  });
});
