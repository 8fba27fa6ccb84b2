import * as vscode from 'vscode';
import { dashboardHtml } from './dashboardHtml';

/** Loads the dashboard's page into a webview, which may run its script and read its own files, and nothing else. */
export function fillWebview(webview: vscode.Webview, extensionUri: vscode.Uri): void {
  const built = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(built, name)).toString();
  webview.options = {
    enableScripts: true,
    enableCommandUris: false,
    localResourceRoots: [built],
  };
  webview.html = dashboardHtml({
    cspSource: webview.cspSource,
    scriptUri: file('dashboard.js'),
    styleUris: [file('dashboard.css')],
  });
}
