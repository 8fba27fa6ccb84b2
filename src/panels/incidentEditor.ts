import * as vscode from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import {
  type Incident,
  IncidentError,
  INCIDENT_LIMIT_BYTES,
  parseIncident,
  TOO_LARGE,
} from '../protocol/incident';
import { fillWebview } from './fillWebview';
import { IncidentSession, type IncidentSessionDeps } from './incidentSession';

export const INCIDENT_VIEW_TYPE = 'pgTopology.incident';

export interface IncidentEditorDeps extends IncidentSessionDeps {
  readonly extensionUri: vscode.Uri;
}

interface IncidentDocument extends vscode.CustomDocument {
  readonly incident: Incident;
}

/** Opens incident files in a dashboard of their own, read-only. What the file says is data: it is validated, and never acted upon. */
export class IncidentEditor
  implements vscode.CustomReadonlyEditorProvider<IncidentDocument>, Disposable
{
  private readonly registration: vscode.Disposable;

  constructor(private readonly deps: IncidentEditorDeps) {
    this.registration = vscode.window.registerCustomEditorProvider(INCIDENT_VIEW_TYPE, this, {
      supportsMultipleEditorsPerDocument: true,
    });
  }

  /** @throws IncidentError, which the editor shows in place of the file */
  async openCustomDocument(uri: vscode.Uri): Promise<IncidentDocument> {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > INCIDENT_LIMIT_BYTES) throw new IncidentError(TOO_LARGE);
    const bytes = await vscode.workspace.fs.readFile(uri);
    return { uri, incident: parseIncident(textOf(bytes)), dispose: () => undefined };
  }

  resolveCustomEditor({ uri, incident }: IncidentDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    const name = uri.path.split('/').at(-1) ?? uri.path;
    const session = new IncidentSession(
      this.deps,
      incident,
      name,
      (message) => void webview.postMessage(message),
    );
    const received = webview.onDidReceiveMessage((message) => session.receive(message));
    const viewState = panel.onDidChangeViewState(() => session.setVisible(panel.visible));
    panel.onDidDispose(() => {
      received.dispose();
      viewState.dispose();
      session.dispose();
    });
    fillWebview(webview, this.deps.extensionUri);
  }

  dispose(): void {
    this.registration.dispose();
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new IncidentError('This is no incident file: it is not UTF-8 text.');
  }
}
