import type { ExtensionContext } from 'vscode';
import { compose, type Composition } from './composition';
import type { PgTopologyApi } from './host/api';

// VS Code gives `deactivate` nothing, so what `activate` built has to be remembered here and nowhere else.
let composition: Composition | undefined;

export function activate(context: ExtensionContext): PgTopologyApi {
  composition = compose(context);
  return composition.api;
}

/** Awaited by VS Code for a few seconds: closes every session before the process ends. */
export async function deactivate(): Promise<void> {
  await composition?.close();
  composition = undefined;
}
