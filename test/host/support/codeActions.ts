import * as vscode from 'vscode';

/**
 * What the editor offers at a place just now.
 * @returns undefined when the document changed while it was asked, as by being read from disk anew: the editor cancels its question then.
 */
export async function codeActionsAt(
  uri: vscode.Uri,
  range: vscode.Range,
): Promise<readonly vscode.CodeAction[] | undefined> {
  try {
    return await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      range,
    );
  } catch (error) {
    if (error instanceof Error && error.message === 'Canceled') return undefined;
    throw error;
  }
}
