import { Uri, window, workspace, type WorkspaceFolder } from 'vscode';
import { say } from '../core/say';
import { templateTopologyFile } from '../topologyFile/template';
import { defineCommand } from './defineCommand';

/** Writes a commented file to begin with, and opens it. An existing file is opened, never overwritten. */
export const createTopologyFile = defineCommand('createTopologyFile', {
  title: say`Create Topology File`,
  run: async () => {
    const folder = await chooseFolder();
    if (folder === undefined) return;
    const uri = Uri.joinPath(folder.uri, 'pg-topology.json');
    if (!(await exists(uri))) {
      await workspace.fs.writeFile(uri, new TextEncoder().encode(templateTopologyFile()));
    }
    await window.showTextDocument(await workspace.openTextDocument(uri));
  },
});

async function chooseFolder(): Promise<WorkspaceFolder | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void window.showInformationMessage(say`Open a folder to keep its topology file.`);
    return undefined;
  }
  if (folders.length === 1) return folders[0];
  return window.showWorkspaceFolderPick({ placeHolder: say`In which folder?` });
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
