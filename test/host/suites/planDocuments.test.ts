import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activateExtension } from '../support/extension';
import { waitFor } from '../support/waitFor';

/** Commands that end in a plan, when somebody answers what they ask. */
const ASKING = [
  'planChanges',
  'createPublication',
  'alterPublication',
  'renamePublication',
  'dropPublication',
  'createSubscription',
  'installPendingSync',
  'setUpEdge',
  'removeQueue',
  'enableSubscription',
  'disableSubscription',
  'refreshSubscription',
  'resyncTable',
  'alterSubscription',
  'rotatePassword',
  'skipTransaction',
  'resolveSubscription',
  'dropSubscription',
  'dropSlot',
  'createReplicationRole',
  'pauseReplay',
  'resumeReplay',
  'promoteStandby',
  'installSentinel',
  'uninstallSentinel',
];

describe('plans in the editor', () => {
  before(() => activateExtension());

  it('say of a document of an earlier window that it is gone', async () => {
    const uri = vscode.Uri.parse('pg-topology:/7/Create publication jobs_pub on central.sql');
    const document = await vscode.workspace.openTextDocument(uri);
    assert.match(document.getText(), /^-- .* Run the command again to see it anew\.\n$/u);
    assert.equal(document.languageId, 'sql');
  });

  for (const command of ASKING) {
    it(`${command} ends quietly when its question is dismissed`, async () => {
      const ended = Promise.resolve(vscode.commands.executeCommand(`pgTopology.${command}`)).then(
        () => 'ended',
        (error: unknown) => String(error),
      );
      let end: string | undefined;
      void ended.then((how) => (end = how));
      await waitFor(`the end of ${command}`, async () => {
        await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
        return end;
      });
      assert.equal(end, 'ended');
      const plans = vscode.workspace.textDocuments.filter(
        ({ uri }) => uri.scheme === 'pg-topology' && !uri.path.startsWith('/7/'),
      );
      assert.deepEqual(plans, []);
    });
  }
});
