import * as vscode from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { Incident } from '../protocol/incident';
import { fillWebview } from './fillWebview';
import type { IncidentSessionDeps } from './incidentSession';
import type { LoadPages } from './pages';

export const INCIDENT_VIEW_TYPE = 'pgTopology.incident';

export interface IncidentEditorDeps extends IncidentSessionDeps {
  readonly extensionUri: vscode.Uri;
  readonly pages: LoadPages;
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
    const pages = await this.deps.pages();
    const { size } = await vscode.workspace.fs.stat(uri);
    pages.checkIncidentSize(size);
    const bytes = await vscode.workspace.fs.readFile(uri);
    return { uri, incident: pages.readIncident(bytes), dispose: () => undefined };
  }

  async resolveCustomEditor(
    { uri, incident }: IncidentDocument,
    panel: vscode.WebviewPanel,
  ): Promise<void> {
    const { webview } = panel;
    const file = uri.path.split('/').at(-1) ?? uri.path;
    const pages = await this.deps.pages();
    const session = pages.incident(
      this.deps,
      { incident, file },
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
