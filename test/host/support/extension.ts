import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PgTopologyApi } from '../../../src/host/api';

export const EXTENSION_ID = 'pg-topology.pg-topology';

function findExtension(): vscode.Extension<PgTopologyApi> {
  const extension = vscode.extensions.getExtension<PgTopologyApi>(EXTENSION_ID);
  assert.ok(extension, `${EXTENSION_ID} is not installed`);
  return extension;
}

/** Activates the extension, or waits for its activation. */
export async function activateExtension(): Promise<PgTopologyApi> {
  return findExtension().activate();
}

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/** Ids of all commands that the manifest declares. */
export function declaredCommands(): readonly string[] {
  // VS Code gives the manifest no type; a wrong shape fails the test that reads it.
  const manifest = findExtension().packageJSON as Manifest;
  return manifest.contributes.commands.map(({ command }) => command);
}

/** The folder of this window; the rig makes a fresh copy of fixtures/workspace for each run. */
export function workspaceFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the window has no folder');
  return folder.uri;
}
